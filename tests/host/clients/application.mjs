// A web application that signs people in as openid-client's manual says: discovery, code flow with PKCE, state and nonce.
//
// In: the environment ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN (http://name:port). `/` sends to the provider; `/callback`
// checks everything there is to check about the answer and shows what it found as JSON; no token is shown.

import { createServer } from "node:http";
import * as oidc from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN } = process.env;
const CALLBACK = `${ORIGIN}/callback`;

const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
// signatures of ID tokens are checked against the provider's keys, though they came over TLS
oidc.enableNonRepudiationChecks(provider);
const waiting = new Map(); // state → what was sent along with it

async function begin(response) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  waiting.set(state, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce });
  const address = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: CALLBACK,
    scope: "openid profile email groups",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  response.writeHead(302, { Location: address.href }).end();
}

async function finish(url, response) {
  const checks = waiting.get(url.searchParams.get("state"));
  waiting.delete(url.searchParams.get("state"));
  const tokens = await oidc.authorizationCodeGrant(provider, url, { ...checks, idTokenExpected: true });
  const { sub, iss, email, groups, former_sub } = tokens.claims();
  const person = await oidc.fetchUserInfo(provider, tokens.access_token, sub);
  const fresh = await oidc.refreshTokenGrant(provider, tokens.refresh_token);
  const { active } = await oidc.tokenIntrospection(provider, fresh.access_token);
  await oidc.tokenRevocation(provider, fresh.refresh_token);
  const revoked = await oidc.refreshTokenGrant(provider, fresh.refresh_token).catch((error) => error.error);
  // a code works once
  const replayed = await oidc.authorizationCodeGrant(provider, url, checks).catch((error) => error.error);
  const refreshed = fresh.claims().sub === sub;
  show(response, 200, { iss, email, groups, former_sub, userinfo: person.email, refreshed, active, revoked, replayed });
}

function show(response, status, found) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(found));
}

createServer((request, response) => {
  const url = new URL(request.url, ORIGIN);
  const answer = url.pathname === "/callback" ? finish(url, response) : begin(response);
  answer.catch((error) => show(response, 500, { error: error.message, code: error.code, cause: String(error.cause) }));
}).listen(new URL(ORIGIN).port);
