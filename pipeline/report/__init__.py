"""``pacta report``: what a run found, as one HTML page that opens offline, and as figures.

:mod:`.views` counts (the review page draws from it, too), :mod:`.charts` makes Vega-Lite charts of
the counts, :mod:`.page` the page, :mod:`.figures` the PNG and SVG files; :mod:`.reviewed` puts what
reviewers decided in the place of what the run found.
"""
