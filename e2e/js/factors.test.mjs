// amazon-cognito-identity-js: devices that are remembered, and software tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationDetails, CognitoRefreshToken, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { AdminCreateUserCommand, AdminListDevicesCommand, AdminSetUserPasswordCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { api, endpoint, newClient, newPool, totp, wrongTotp } from './support.mjs';

const Username = 'grace';
const Password = 'Compiler-1952';

/** A pool with a confirmed user in it, and the library's view of both. */
async function world(settings) {
  const { Id } = await newPool(settings);
  await api.send(new AdminCreateUserCommand({ UserPoolId: Id, Username, TemporaryPassword: Password, MessageAction: 'SUPPRESS' }));
  await api.send(new AdminSetUserPasswordCommand({ UserPoolId: Id, Username, Password, Permanent: true }));
  const { ClientId } = await newClient(Id);
  const Pool = new CognitoUserPool({ UserPoolId: Id, ClientId, endpoint });
  return { Id, user: new CognitoUser({ Username, Pool }) };
}

const signIn = (user) =>
  new Promise((resolve, reject) =>
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), { onSuccess: resolve, onFailure: reject }),
  );

/** Turns a call with onSuccess and onFailure into a promise. */
const done = (call) => new Promise((onSuccess, onFailure) => call({ onSuccess, onFailure }));

test('a device is confirmed at the first sign-in, known at the next, and forgotten', async () => {
  const { Id, user } = await world({ DeviceConfiguration: { ChallengeRequiredOnNewDevice: false, DeviceOnlyRememberedOnUserPrompt: false } });
  const devices = async () => (await api.send(new AdminListDevicesCommand({ UserPoolId: Id, Username }))).Devices;

  const first = await signIn(user);
  const key = first.getAccessToken().payload.device_key;
  assert.match(key, /^eu-central-1_[0-9a-f-]{36}$/);
  assert.deepEqual((await devices()).map((d) => d.DeviceKey), [key]);

  const second = await signIn(user);
  assert.equal(second.getAccessToken().payload.device_key, key);
  assert.equal((await devices()).length, 1);
  const RefreshToken = second.getRefreshToken().getToken();
  const renewed = await new Promise((resolve, reject) =>
    user.refreshSession(new CognitoRefreshToken({ RefreshToken }), (err, session) => (err ? reject(err) : resolve(session))),
  );
  assert.equal(renewed.getAccessToken().payload.device_key, key);

  assert.equal((await done((calls) => user.getDevice(calls))).Device.DeviceKey, key);
  await done((calls) => user.setDeviceStatusNotRemembered(calls));
  await assert.rejects(done((calls) => user.getDevice(calls)), { code: 'ResourceNotFoundException', message: 'Device does not exist.' });
  await done((calls) => user.setDeviceStatusRemembered(calls));
  assert.equal((await done((calls) => user.listDevices(60, null, calls))).Devices.length, 1);

  // Forgotten by an administrator, as far as the library knows: it drops the key and tries again.
  await done((calls) => user.forgetSpecificDevice(key, calls));
  user.deviceKey = key;
  const third = await signIn(user);
  assert.notEqual(third.getAccessToken().payload.device_key, key);
  assert.equal((await devices()).length, 1);
});

test('a software token is set up and preferred', async () => {
  const { Id, user } = await world({});
  await api.send(new SetUserPoolMfaConfigCommand({ UserPoolId: Id, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }));
  await signIn(user);
  const secret = await new Promise((associateSecretCode, onFailure) => user.associateSoftwareToken({ associateSecretCode, onFailure }));
  assert.match(secret, /^[A-Z2-7]{52}$/);
  await assert.rejects(done((calls) => user.verifySoftwareToken(wrongTotp(secret), 'phone', calls)), {
    code: 'EnableSoftwareTokenMFAException',
  });
  await done((calls) => user.verifySoftwareToken(totp(secret), 'phone', calls));
  await new Promise((resolve, reject) =>
    user.setUserMfaPreference(null, { Enabled: true, PreferredMfa: true }, (err, result) => (err ? reject(err) : resolve(result))),
  );
  const data = await new Promise((resolve, reject) => user.getUserData((err, result) => (err ? reject(err) : resolve(result)), { bypassCache: true }));
  assert.equal(data.PreferredMfaSetting, 'SOFTWARE_TOKEN_MFA');
  assert.deepEqual(data.UserMFASettingList, ['SOFTWARE_TOKEN_MFA']);
});
