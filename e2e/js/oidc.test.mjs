// Strict OpenID Connect clients: openid-client reads the discovery document and
// gets tokens, aws-jwt-verify accepts them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminCreateUserCommand, AdminSetUserPasswordCommand, CreateResourceServerCommand, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as oidc from 'openid-client';
import { api, endpoint, newClient, newPool } from './support.mjs';

/** A cache for aws-jwt-verify that may fetch over plain http, which the tests do. */
const jwksOverHTTP = () => new SimpleJwksCache({ fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() } });

/** The document that names a pool's endpoints. */
async function discover(poolId, clientId, secret) {
  return oidc.discovery(new URL(`${endpoint}/${poolId}`), clientId, secret, undefined, { execute: [oidc.allowInsecureRequests] });
}

/** Posts the sign-in form the way a browser does: follows redirects, keeps cookies. */
async function browse(start, username, password) {
  const jar = new Map();
  const get = async (url, init = {}) => {
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      jar.set(name, value);
    }
    return answer;
  };
  let url = start;
  let answer = await get(url);
  while (answer.status === 302 || answer.status === 303) {
    url = new URL(answer.headers.get('location'), url);
    if (url.hostname === 'app.test') return url;
    answer = await get(url);
  }
  assert.equal(answer.status, 200);
  const page = await answer.text();
  const form = new URLSearchParams({ username, password });
  const csrf = /name="_csrf"[^>]*value="([^"]*)"/.exec(page);
  if (csrf) form.set('_csrf', csrf[1]);
  answer = await get(url, { method: 'POST', body: form });
  for (let hop = 0; hop < 5; hop++) {
    assert.ok(answer.status === 302 || answer.status === 303, `signing in answered ${answer.status}`);
    url = new URL(answer.headers.get('location'), url);
    if (url.hostname === 'app.test') return url;
    answer = await get(url);
  }
  throw new Error('too many redirects');
}

test('authorization code with PKCE, userinfo and refresh', async () => {
  const pool = await newPool();
  const redirect = 'https://app.test/callback';
  const { ClientId } = await newClient(pool.Id, {
    CallbackURLs: [redirect],
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    AllowedOAuthFlowsUserPoolClient: true,
    SupportedIdentityProviders: ['COGNITO'],
  });
  const attributes = [{ Name: 'email', Value: 'ada@example.org' }, { Name: 'email_verified', Value: 'true' }];
  await api.send(new AdminCreateUserCommand({ UserPoolId: pool.Id, Username: 'ada', MessageAction: 'SUPPRESS', TemporaryPassword: 'Temporary-1', UserAttributes: attributes }));
  await api.send(new AdminSetUserPasswordCommand({ UserPoolId: pool.Id, Username: 'ada', Password: 'Difference-1', Permanent: true }));

  const config = await discover(pool.Id, ClientId);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const start = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const landed = await browse(start, 'ada', 'Difference-1');
  const tokens = await oidc.authorizationCodeGrant(config, landed, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce });
  assert.equal(tokens.claims().email_verified, true);

  const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'ada@example.org');
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(renewed.claims().sub, tokens.claims().sub);

  const issuer = config.serverMetadata().issuer;
  const check = JwtVerifier.create({ issuer, audience: null, jwksUri: config.serverMetadata().jwks_uri }, { jwksCache: jwksOverHTTP() });
  assert.equal((await check.verify(tokens.id_token)).aud, ClientId);
  assert.equal((await check.verify(tokens.access_token)).client_id, ClientId);
});

test('client credentials with a scope of a resource server', async () => {
  const pool = await newPool();
  await api.send(
    new CreateResourceServerCommand({
      UserPoolId: pool.Id,
      Identifier: 'https://orders.example',
      Name: 'orders',
      Scopes: [{ ScopeName: 'read', ScopeDescription: 'Read orders' }],
    }),
  );
  const { ClientId, ClientSecret } = await newClient(pool.Id, {
    GenerateSecret: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['https://orders.example/read'],
    AllowedOAuthFlowsUserPoolClient: true,
  });
  const config = await discover(pool.Id, ClientId, ClientSecret);
  const tokens = await oidc.clientCredentialsGrant(config, { scope: 'https://orders.example/read' });
  const { issuer, jwks_uri } = config.serverMetadata();
  const check = JwtVerifier.create({ issuer, audience: null, jwksUri: jwks_uri }, { jwksCache: jwksOverHTTP() });
  const claims = await check.verify(tokens.access_token);
  assert.deepEqual([claims.sub, claims.scope, claims.token_use], [ClientId, 'https://orders.example/read', 'access']);
});

test('tokens of an API sign-in verify too', async () => {
  const pool = await newPool();
  const { ClientId } = await newClient(pool.Id, { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] });
  await api.send(new AdminCreateUserCommand({ UserPoolId: pool.Id, Username: 'alan', MessageAction: 'SUPPRESS', TemporaryPassword: 'Temporary-1' }));
  await api.send(new AdminSetUserPasswordCommand({ UserPoolId: pool.Id, Username: 'alan', Password: 'Halting-1', Permanent: true }));
  const { AuthenticationResult } = await api.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'alan', PASSWORD: 'Halting-1' } }),
  );
  const issuer = `${endpoint}/${pool.Id}`;
  const check = JwtVerifier.create({ issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json` }, { jwksCache: jwksOverHTTP() });
  assert.equal((await check.verify(AuthenticationResult.IdToken))['cognito:username'], 'alan');
});
