"""Names of settings that a library makes of a prefix and a key."""

from pathlib import Path

import pytest

from toolkit.collect.programs import find_programs

MAIN = 'package main\n\nfunc main() { http.ListenAndServe(":80", nil) }\n'
VIPER = (
    'package config\n\nconst Host = `database.host`\nfunc init() {\n\tviper.SetEnvPrefix("shop")\n'
    '\tviper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))\n}\n'
)
KOANF = (
    'package config\n\nfunc init() {\n\tko.Load(env.Provider("SHOP_", ".", func(s string) string {\n'
    '\t\treturn strings.Replace(strings.ToLower(s), "__", ".", -1)\n\t}), nil)\n}\n'
)
CRATE = '[package]\nname = "shop"\n[dependencies]\naxum = "1"\nconfig = "0"\nsqlx = { features = ["postgres"] }\n'
RUST = {"Cargo.toml": CRATE, "src/main.rs": "fn main() { axum::serve() }\n"}
JOINED = 'Environment::with_prefix("shop").separator("__")\nget("database.host")\n'
APART = 'Environment::with_prefix("shop").prefix_separator("_").separator("__")\n'
FIGMENT = 'Env::prefixed("SHOP_").split("__")\n'
GO = {"go.mod": "module example.org/shop\n\nrequire github.com/jackc/pgx/v5 v5.1.0\n", "main.go": MAIN}
SHOWN = '## Where the database is.\n#verbose = false\n# [db] is one table\n[db]\n#host="localhost"\n'
SAMPLE = '[db]\nhost = "localhost"\npassword = "x"\n[app]\ntitle = "Shop"\n'


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({**GO, "pkg/config/config.go": VIPER}, "SHOP_DATABASE_HOST"),
        ({**GO, "pkg/config/config.go": KOANF, "config.toml.sample": SAMPLE}, "SHOP_db__host"),
        ({**RUST, "src/config.rs": JOINED}, "SHOP__DATABASE__HOST"),
        ({**RUST, "src/config.rs": APART, "config.toml": SAMPLE}, "SHOP_DB__HOST"),
        ({**RUST, "src/config.rs": FIGMENT, "shop_config.docker_template.toml": SHOWN}, "SHOP_DB__HOST"),
        ({**RUST, "src/settings.rs": FIGMENT, "config.yaml": "db:\n  host: x\n"}, "SHOP_DB__HOST"),
    ],
)
def test_a_key_behind_the_prefix_is_wired(tmp_path: Path, files: dict[str, str], name: str) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": tmp_path})
    assert program.environment[name].text == "${data.relational.host}"


def test_the_engine_is_chosen_by_the_word_that_code_compares(tmp_path: Path) -> None:
    comparing = 'package db\n\nfunc open() {\n\tswitch c.DatabaseType {\n\tcase "mysql":\n\tcase "postgres":\n\t}\n}\n'
    config = VIPER.replace("func init", "const DatabaseType = `database.type`\nfunc init")
    for path, text in {**GO, "pkg/config/config.go": config, "pkg/db/db.go": comparing}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": tmp_path})
    assert program.environment["SHOP_DATABASE_TYPE"].text == "postgres"


def test_a_sample_beside_the_workspace_is_its_programs_too(tmp_path: Path) -> None:
    files = {f"server/{path}": text for path, text in {**RUST, "src/config.rs": FIGMENT}.items()}
    workspace = {
        "Cargo.toml": '[workspace]\nmembers = ["server"]\n',
        "config.example.toml": f"[web]\nhost = 'x'\n\n\n{SAMPLE}",
    }
    for path, text in {**workspace, **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    [program] = find_programs({"checkout": tmp_path})
    told = program.environment["SHOP_DB__HOST"]
    assert (told.text, told.where) == ("${data.relational.host}", "config.example.toml:6")
