// Dark or light, text size: kept in this browser, set before anything is drawn.
(() => {
  const root = document.documentElement;
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };
  const dark = () => root.dataset.theme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  if (stored("pacta-theme")) root.dataset.theme = stored("pacta-theme");
  const size = (steps) => {
    root.dataset.size = String(Math.min(4, Math.max(-2, steps)));
    root.style.setProperty("--zoom", String(1 + Number(root.dataset.size) * 0.1));
  };
  size(Number(stored("pacta-size") ?? 0));
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      keep("pacta-theme", root.dataset.theme);
    });
    for (const [id, step] of [["smaller", -1], ["larger", 1]]) {
      document.getElementById(id).addEventListener("click", () => {
        size(Number(root.dataset.size) + step);
        keep("pacta-size", root.dataset.size);
      });
    }
  });
})();
