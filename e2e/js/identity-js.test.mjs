// amazon-cognito-identity-js: what web apps have used for years, with SRP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationDetails, CognitoRefreshToken, CognitoUser, CognitoUserAttribute, CognitoUserPool } from 'amazon-cognito-identity-js';
import { codeSentTo, endpoint, newClient, newPool } from './support.mjs';

/** Turns the library's callbacks into a promise. */
const promise = (call) => new Promise((resolve, reject) => call((err, result) => (err ? reject(err) : resolve(result))));

/** Signs a user in with SRP. */
const signIn = (user, Username, Password) =>
  new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), { onSuccess: resolve, onFailure: reject }),
  );

test('sign-up, SRP sign-in, refresh, change of password, sign-out', async () => {
  const { Id } = await newPool();
  const { ClientId } = await newClient(Id);
  const pool = new CognitoUserPool({ UserPoolId: Id, ClientId, endpoint });
  const email = new CognitoUserAttribute({ Name: 'email', Value: 'barbara@example.org' });

  const { user, userConfirmed } = await promise((done) => pool.signUp('barbara', 'Substitution-1', [email], null, done));
  assert.equal(userConfirmed, false);
  await assert.rejects(signIn(user, 'barbara', 'Substitution-1'), { code: 'UserNotConfirmedException', message: 'User is not confirmed.' });
  await promise(async (done) => user.confirmRegistration(await codeSentTo('barbara@example.org'), false, done));

  await assert.rejects(signIn(user, 'barbara', 'wrong'), { code: 'NotAuthorizedException', message: 'Incorrect username or password.' });
  const session = await signIn(user, 'barbara', 'Substitution-1');
  assert.equal(session.getIdToken().payload['cognito:username'], 'barbara');
  assert.equal(session.getAccessToken().payload.scope, 'aws.cognito.signin.user.admin');

  const refresh = new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() });
  const renewed = await promise((done) => user.refreshSession(refresh, done));
  assert.equal(renewed.getAccessToken().payload.origin_jti, session.getAccessToken().payload.origin_jti);

  await promise((done) => user.changePassword('Substitution-1', 'Abstraction-2', done));
  const again = new CognitoUser({ Username: 'barbara', Pool: pool });
  await signIn(again, 'barbara', 'Abstraction-2');
  const attributes = await promise((done) => again.getUserAttributes(done));
  assert.ok(attributes.some((a) => a.Name === 'email' && a.Value === 'barbara@example.org'));

  await new Promise((resolve, reject) => again.globalSignOut({ onSuccess: resolve, onFailure: reject }));
});

test('an unknown user looks like a wrong password when the client asks for it', async () => {
  const { Id } = await newPool();
  const { ClientId } = await newClient(Id, { PreventUserExistenceErrors: 'ENABLED' });
  const pool = new CognitoUserPool({ UserPoolId: Id, ClientId, endpoint });
  const user = new CognitoUser({ Username: 'nobody', Pool: pool });
  await assert.rejects(signIn(user, 'nobody', 'Something-1'), { code: 'NotAuthorizedException', message: 'Incorrect username or password.' });
});
