"""The Power BI project: valid by Microsoft's published schemas, the same bytes each time, and its sources answer."""

import json
import re

import jsonschema
import pytest
from referencing import Registry, Resource

import lake as lakes

BASE = "https://developer.microsoft.com/json-schemas/"


@pytest.fixture(scope="module")
def schemas(shared_data):
    folder = shared_data / "pbir-schemas"
    resources = []
    for path in sorted((folder / "fabric").rglob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        address = BASE + path.relative_to(folder).as_posix()
        content["$id"] = address
        resources.append((address, Resource.from_contents(content)))
    return Registry().with_resources(resources)


def write(lake, out, *flags):
    outcome = lakes.run("powerbi", "--lake", lake, "--out", out, *flags)
    assert outcome.code == 0, outcome.err
    return out


def texts(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def project(engagement_lake, tmp_path_factory):
    return write(engagement_lake, tmp_path_factory.mktemp("project") / "powerbi", "--server", "127.0.0.1:5439")


def json_files(project):
    return [path for path in sorted(project.rglob("*")) if path.is_file() and
            (path.suffix in {".json", ".pbip", ".pbir", ".pbism"} or path.name == ".platform")]


def validate(text, schemas):
    content = json.loads(text)
    schema = schemas.contents(content["$schema"])
    jsonschema.Draft7Validator(schema, registry=schemas).validate(content)


def test_files_are_valid(project, schemas):
    files = json_files(project)
    assert len(files) >= 8
    for path in files:
        validate(path.read_text(), schemas)


def test_a_damaged_file_is_not(project, schemas):
    visual = next(project.rglob("visual.json")).read_text()
    for damage in ((r'"visualType": "\w+"', '"visualType": 7'), (r'"position": {', '"place": {'), (r'"height": \d+', '"height": "big"')):
        broken = re.sub(*damage, visual, count=1)
        assert broken != visual
        with pytest.raises(jsonschema.ValidationError):
            validate(broken, schemas)


def test_the_same_lake_gives_the_same_bytes(project, engagement_lake, tmp_path):
    assert texts(write(engagement_lake, tmp_path / "again", "--server", "127.0.0.1:5439")) == texts(project)


def test_tables_measures_and_relations(project):
    model = project / "Cadenza.SemanticModel" / "definition"
    measures = (model / "tables" / "Measures.tmdl").read_text()
    for path in sorted((lakes.REPO / "models" / "metrics").glob("*.sql")):
        title = re.search(r"^-- title: (.*)$", path.read_text(), re.MULTILINE).group(1)
        name = f"'{title}'" if " " in title else title
        assert f"\tmeasure {name} =" in measures
    summary = (model / "tables" / "kpi_summary.tmdl").read_text()
    assert "\t/// percent; NULL where the denominator is 0\n\tcolumn value\n\t\tdataType: double" in summary
    assert 'Data = Source{[Schema="gold",Item="kpi_summary"]}[Data]' in summary and "mode: directQuery" in summary


def test_import_mode(engagement_lake, tmp_path):
    folder = write(engagement_lake, tmp_path / "import", "--import")
    assert "mode: import" in (folder / "Cadenza.SemanticModel/definition/tables/kpi_summary.tmdl").read_text()


def test_wrong_use(engagement_lake, tmp_path):
    assert lakes.run("powerbi", "--lake", engagement_lake).code == 2
    assert lakes.run("powerbi", "--lake", tmp_path / "none", "--out", tmp_path / "p").code == 1
    (tmp_path / "mine.txt").write_text("x")
    refused = lakes.run("powerbi", "--lake", engagement_lake, "--out", tmp_path)
    assert refused.code == 2 and "mine.txt" in refused.err and (tmp_path / "mine.txt").exists()
