// The charts, and the cards of the agreements' stages. Vega's functions come with the bundle.

const charts = [...document.querySelectorAll("[data-chart]")];
const drawn = charts.map((place) => {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  // The interpreter instead of eval, which the page's policy forbids.
  return vegaEmbed(place, spec, { actions: false, ast: true, renderer: "svg" }).then(() => {
    // The place is an image with a name; its marks without names are no further images.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
  });
});
Promise.all(drawn).then(() => { document.documentElement.dataset.ready = "true"; });

function close(except) {
  for (const stage of document.querySelectorAll(".stage.open")) {
    if (stage === except) continue;
    stage.classList.remove("open");
    stage.querySelector("button").setAttribute("aria-expanded", "false");
  }
}

/** Sort a table by a column: numbers and days from the highest, names from A; again: the other way. */
function sort(header) {
  const table = header.closest("table");
  const column = header.cellIndex;
  const cell = (row) => row.cells[column].textContent;
  const isName = column === 0;
  const before = header.getAttribute("aria-sort");
  const up = before ? before === "descending" : isName;
  const rows = [...table.tBodies[0].rows].sort((a, b) => cell(a).localeCompare(cell(b), "en", { numeric: true }) * (up ? 1 : -1)
    || a.cells[0].textContent.localeCompare(b.cells[0].textContent, "en"));
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", up ? "ascending" : "descending");
  table.tBodies[0].append(...rows);
}

document.addEventListener("click", (event) => {
  const header = event.target.closest(".sortable th");
  if (header) sort(header);
  const button = event.target.closest(".stage button");
  if (!button && event.target.closest(".card")) return;
  const stage = button?.parentElement;
  close(stage);
  if (button) button.setAttribute("aria-expanded", String(stage.classList.toggle("open")));
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
