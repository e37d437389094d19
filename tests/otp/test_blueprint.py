"""What the blueprint writes: settings the gateway reads, Kannel's configuration, units that do not tell secrets."""

import json
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
from processes import BLUEPRINT

from toolkit.otp.settings import Budget, Conversion, Limit, Limits, Settings, read_settings

SERVICE = "MG" + "0" * 32
USUAL: dict[str, Any] = {
    "ansible_managed": "",
    "offramp_services": {"otp.sms": {"url": "https://codes.example:8085"}},
    "offramp_addresses": {"web": "10.1.1.1", "desk": "desk.example"},
    "offramp_authority": "/etc/offramp/authority.pem",
    "otp_gateway_inner_port": 8086,
    "otp_gateway_database_password": "p",
    "otp_gateway_database_host": "10.1.1.2",
    "otp_gateway_database_port": 5432,
    "otp_gateway_account_sid": "AC" + "a" * 32,
    "otp_gateway_auth_token": "t" * 32,
    "otp_gateway_service_sid": "VA" + "b" * 32,
    "otp_gateway_secret": "s" * 64,
    "otp_gateway_metrics_token": "",
    "otp_gateway_service": "Board",
    "otp_gateway_countries": ["DE"],
    "otp_gateway_callback_networks": [],
    "otp_gateway_texts": {"en": "{code}"},
    "otp_gateway_limits": {},
    "otp_gateway_budget": {},
    "otp_gateway_conversion": {},
    "otp_gateway_messaging_services": {},
    "otp_gateway_carriers": [],
    "otp_gateway_kannel_port": 13013,
    "otp_gateway_kannel_user": "offramp",
    "otp_gateway_kannel_password": "k" * 20,
    "otp_gateway_sender": "Board",
}


def rendered(name: str, **inputs: Any) -> str:
    environment = jinja2.Environment(  # noqa: S701  # as Ansible does: the result is no HTML
        trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["to_json"] = json.dumps
    environment.tests["match"] = lambda value, pattern: re.match(pattern, value) is not None
    return environment.from_string((BLUEPRINT / "templates" / name).read_text()).render({**USUAL, **inputs})


def settings(tmp_path: Path, **inputs: Any) -> Settings:
    file = tmp_path / "otp.toml"
    file.write_text(rendered("otp-gateway.toml.j2", **inputs))
    return read_settings(file)


def test_inputs_left_alone_are_the_gateways_defaults(tmp_path: Path) -> None:
    read = settings(tmp_path)
    assert (read.limits, read.budget, read.conversion) == (Limits(), Budget(), Conversion())
    assert read.callback_networks == ("10.1.1.1",)  # the platform's own hosts may be called back


def test_every_input_arrives(tmp_path: Path) -> None:
    limit = {"count": 1, "seconds": 2}
    read = settings(
        tmp_path,
        otp_gateway_limits={
            "sends": 3,
            "prefix": [limit, {"count": 3, "seconds": 4}],
            "number": limit,
            "rate_limits": {"end_user_ip_address": limit, "a b": [limit]},
        },
        otp_gateway_budget={"account": 5, "members": 0.25, "countries": {"DE": 1.5}},
        otp_gateway_conversion={"least": 0.2, "prefix": 3},
        otp_gateway_messaging_services={SERVICE: "Desk"},
        otp_gateway_callback_networks=["10.9.0.0/16"],
        otp_gateway_carriers=[{"id": "a", "prices": {"+49": 0.07}}],
    )
    assert read.limits.sends == 3
    assert read.limits.prefix == (Limit(1, 2), Limit(3, 4))
    assert read.limits.number == (Limit(1, 2),)
    assert read.limits.rate_limits == {"end_user_ip_address": (Limit(1, 2),), "a b": (Limit(1, 2),)}
    assert read.budget == Budget(account=5, members=0.25, countries={"DE": 1.5})
    assert read.conversion == Conversion(least=0.2, prefix=3)
    assert read.callback_networks == ("10.1.1.1", "10.9.0.0/16")
    assert read.sms is not None
    assert read.sms.services == {SERVICE: "Desk"}


CARRIER = {"id": "a", "host": "carrier.example", "system_id": "offramp"}


def kannel_conf(**carrier: Any) -> dict[str, str]:
    """The settings of one carrier's group."""
    text = rendered(
        "kannel.conf.j2",
        otp_gateway_carriers=[{**CARRIER, **carrier}],
        otp_gateway_carrier_passwords={"a": "secret"},
        otp_gateway_kannel_folder="/x",
        otp_gateway_kannel_admin_port=1,
        otp_gateway_kannel_box_port=2,
    )
    (group,) = [group for group in text.split("\n\n") if "group = smsc\n" in group]
    return dict(line.split(" = ", 1) for line in group.splitlines() if " = " in line)


def test_what_a_carrier_asks_for_is_set_and_nothing_else() -> None:
    usual = kannel_conf()
    assert (usual["dest-addr-ton"], usual["dest-addr-npi"], usual["source-addr-autodetect"]) == ("1", "1", "true")
    assert not {"msg-id-type", "alt-charset", "source-addr-ton", "bind-addr-ton"} & set(usual)
    asked = kannel_conf(
        msg_id_type=1,
        alt_charset="ISO-8859-1",
        source_ton=5,
        source_npi=0,
        dest_ton=0,
        dest_npi=0,
        bind_ton=1,
        bind_npi=1,
    )
    assert asked["msg-id-type"] == "1"
    assert asked["alt-charset"] == '"ISO-8859-1"'
    assert (asked["source-addr-ton"], asked["source-addr-npi"]) == ("5", "0")
    assert asked["source-addr-autodetect"] == "false"
    assert (asked["dest-addr-ton"], asked["dest-addr-npi"]) == ("0", "0")
    assert (asked["bind-addr-ton"], asked["bind-addr-npi"]) == ("1", "1")


@pytest.mark.parametrize("unit", ["offramp-bearerbox.service.j2", "offramp-smsbox.service.j2"])
def test_kannel_is_started_so_that_it_keeps_its_secrets(unit: str) -> None:
    """tests/otp/test_kannel.py looks into what it writes then."""
    assert "--verbosity 2 " in (BLUEPRINT / "templates" / unit).read_text()
