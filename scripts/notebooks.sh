# ./dev notebooks: runs the notebooks and stores what came out. Sourced.

notebooks() {
  build_product
  ensure_environment notebooks
  CADENZA=$root/build/cadenza "$root/.venv-notebooks/bin/python" "$root/notebooks/execute.py" "$root/notebooks" "$root"/notebooks/*.ipynb
}
