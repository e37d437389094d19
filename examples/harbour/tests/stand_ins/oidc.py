"""An OpenID provider on Authlib's server side: authorization code flow, PKCE required, RS256 ID tokens."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from authlib.oidc.core.models import AuthorizationCodeMixin
from flask import Flask, request
from flask.typing import ResponseReturnValue
from joserfc.jwk import RSAKey

from tests.stand_ins.serving import serve

CLIENT_ID, CLIENT_SECRET = "harbour-staff", "oidc-secret"


@dataclass
class Provider:
    """Who is signed in at the provider's own pages, and which issuer its tokens name."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    issuer_in_tokens: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}))
    codes: dict[str, "Code"] = field(default_factory=dict)


class Client(ClientMixin):
    """Harbour, as it is registered at the provider."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/staff/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """An authorization code that waits to be exchanged."""

    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    person: dict[str, Any]
    auth_time: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.auth_time)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """Serve the provider on a free port."""
    state = Provider()
    with serve(_app(state)) as state.issuer:
        yield state


def _app(state: Provider) -> Flask:
    app = Flask("provider")
    server = AuthorizationServer(app, lambda _client_id: Client(), lambda _token, _request: None)
    server.register_grant(_code_grant(state), [_id_tokens(state), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def metadata() -> ResponseReturnValue:
        return {
            "issuer": state.issuer,
            "authorization_endpoint": f"{state.issuer}/authorize",
            "token_endpoint": f"{state.issuer}/token",
            "jwks_uri": f"{state.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/keys")
    def keys() -> ResponseReturnValue:
        return {"keys": [state.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize() -> ResponseReturnValue:
        """Whoever `state.person` is has already signed in here and consents."""
        if request.args.get("code_challenge_method") != "S256":
            return {"error": "invalid_request", "error_description": "PKCE is required"}, 400
        grant = server.get_consent_grant(end_user=state.person)
        response: ResponseReturnValue = server.create_authorization_response(grant_user=state.person, grant=grant)
        return response

    @app.post("/token")
    def token() -> ResponseReturnValue:
        response: ResponseReturnValue = server.create_token_response()
        return response

    return app


def _code_grant(state: Provider) -> type[AuthorizationCodeGrant]:
    class CodeGrant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            state.codes[code] = Code(
                redirect_uri=request.payload.redirect_uri,
                scope=request.payload.scope,
                nonce=data["nonce"],
                code_challenge=data["code_challenge"],
                code_challenge_method=data["code_challenge_method"],
                person=request.user,
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return state.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            state.codes = {code: kept for code, kept in state.codes.items() if kept is not authorization_code}

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.person

    return CodeGrant


def _id_tokens(state: Provider) -> OpenIDCode:
    class IdTokens(OpenIDCode):
        def resolve_client_private_key(self, client: Client) -> RSAKey:
            return state.key

        def get_client_algorithm(self, client: Client) -> str:
            return "RS256"

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "RS256", "kid": "1"}

        def get_client_claims(self, client: Client) -> dict[str, str]:
            return {"iss": state.issuer_in_tokens or state.issuer}

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in state.codes.values())

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            return UserInfo(user)

    return IdTokens(require_nonce=True)
