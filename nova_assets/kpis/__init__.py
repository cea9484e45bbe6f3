"""KPI views: what planners and the API read."""
