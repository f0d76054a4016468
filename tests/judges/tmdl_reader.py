"""Microsoft's own reader of TMDL: what it makes of the models in folders, as one JSON object a line.

Runs in .venv-powerbi, under the .NET runtime that a wheel brings."""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
os.environ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1"


def load_reader():
    import dotnetcore2
    import pythonnet
    from clr_loader import get_coreclr
    root = Path(dotnetcore2.__file__).parent / "bin"
    os.environ["DOTNET_ROOT"] = str(root)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as settings:
        json.dump({"runtimeOptions": {"tfm": "netcoreapp3.1", "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}, settings)
        settings.flush()
        pythonnet.set_runtime(get_coreclr(runtime_config=settings.name, dotnet_root=str(root)))
    import clr
    import pbi_cli
    libraries = Path(pbi_cli.__file__).parent / "dlls"
    sys.path.append(str(libraries))
    clr.AddReference(str(libraries / "Microsoft.AnalysisServices.Tabular.dll"))
    import Microsoft.AnalysisServices.Tabular as tabular
    return tabular


def described(model) -> dict:
    tables = {}
    for table in model.Tables:
        tables[table.Name] = {
            "description": table.Description,
            "columns": {column.Name: {"type": str(column.DataType), "description": column.Description, "is_hidden": column.IsHidden,
                                      "is_key": column.IsKey} for column in table.Columns if str(column.Type) != "RowNumber"},
            "measures": {measure.Name: measure.Expression.strip() for measure in table.Measures},
            "modes": [str(partition.Mode) for partition in table.Partitions],
            "sources": [partition.Source.Expression.strip() for partition in table.Partitions if str(partition.SourceType) == "M"]}
    relations = [[relation.FromTable.Name, relation.FromColumn.Name, relation.ToTable.Name, relation.ToColumn.Name]
                 for relation in model.Relationships]
    # Of parameters the reader keeps no text, whatever it is.
    return {"tables": tables, "relations": sorted(relations), "parameters": sorted(expression.Name for expression in model.Expressions),
            "errors": [error.Message for error in model.Validate().Errors]}


def main():
    tabular = load_reader()
    for folder in sys.argv[1:]:
        try:
            said = described(tabular.TmdlSerializer.DeserializeModelFromFolder(folder))
        except Exception as error:  # noqa: BLE001 - of the other runtime, of any kind
            said = {"refused": type(error).__name__}
        print(json.dumps(said))


if __name__ == "__main__":
    main()
