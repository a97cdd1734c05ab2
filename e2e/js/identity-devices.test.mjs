// amazon-cognito-identity-js: a remembered device stands for the second factor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminForgetDeviceCommand, AdminGetDeviceCommand } from '@aws-sdk/client-cognito-identity-provider';
import { addUser, application, Browser, done, newToken, nodeback, other, step, wrongCode, wrongPassword } from './identity-support.mjs';
import { api, totp, wrongTotp } from './support.mjs';

const throughDevice = ['InitiateAuth', 'PASSWORD_VERIFIER', 'DEVICE_SRP_AUTH', 'DEVICE_PASSWORD_VERIFIER'];
const deviceOf = (session) => session.getAccessToken().payload.device_key;

/** Sets a software token up for a signed-in user with the code of the step before, so that two later codes are left. */
async function setUpToken(user) {
  const secret = await newToken(user);
  const verify = () => done((calls) => user.verifySoftwareToken(totp(secret, -1), 'phone', calls));
  await verify().catch(verify); // when a step began in between
  return secret;
}

const prefer = (user) => nodeback((calls) => user.setUserMfaPreference(null, { Enabled: true, PreferredMfa: true }, calls));

/** Answers a software token's challenge. */
const answer = (user, code) => step((calls) => user.sendMFACode(code, calls, 'SOFTWARE_TOKEN_MFA'));

test('a device that its user remembers spares the code, until it is forgotten', async () => {
  const devices = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };
  const app = await application({ pool: { DeviceConfiguration: devices }, mfa: ['OPTIONAL', 'SOFTWARE_TOKEN_MFA'] });
  const browser = new Browser(app);
  await browser.signUp('barbara', 'barbara.devices@example.org');

  const first = await browser.signIn('barbara');
  assert.deepEqual([first.name, first.ask], ['DONE', true]);
  const key = deviceOf(first.session);
  const secret = await setUpToken(first.user);
  await prefer(first.user);

  // Confirmed, but not remembered.
  const second = await browser.signIn('barbara');
  assert.equal(second.name, 'SOFTWARE_TOKEN_MFA');
  assert.equal(second.parameters.FRIENDLY_DEVICE_NAME, 'phone');
  await assert.rejects(answer(second.user, wrongTotp(secret)), wrongCode);
  const { session } = await answer(second.user, totp(secret));
  assert.equal(deviceOf(session), key);
  await done((calls) => second.user.setDeviceStatusRemembered(calls));

  for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    const { name, session, user } = await browser.signIn('barbara', { flow });
    assert.equal(name, 'DONE');
    assert.deepEqual(browser.asked, flow === 'USER_SRP_AUTH' ? throughDevice : throughDevice.filter((asked) => asked !== 'PASSWORD_VERIFIER'));
    assert.equal(deviceOf(session), key);
    const renewed = await nodeback((calls) => user.refreshSession(session.getRefreshToken(), calls));
    assert.equal(deviceOf(renewed), key);
  }
  const { Device } = await api.send(new AdminGetDeviceCommand({ UserPoolId: app.UserPoolId, Username: 'barbara', DeviceKey: key }));
  assert.ok(Device.DeviceLastAuthenticatedDate > Device.DeviceCreateDate);
  assert.match(Device.DeviceAttributes.find((a) => a.Name === 'device_name').Value, /^node/i);

  // The device is no password, and spares nothing on other ones.
  await assert.rejects(browser.signIn('barbara', { secret: 'Something-1' }), wrongPassword);
  assert.equal((await new Browser(app).signIn('barbara')).name, 'SOFTWARE_TOKEN_MFA');

  const third = await browser.signIn('barbara');
  await done((calls) => third.user.forgetDevice(calls));
  const fourth = await browser.signIn('barbara');
  assert.equal(fourth.name, 'SOFTWARE_TOKEN_MFA');
  assert.ok(!browser.asked.includes('DEVICE_SRP_AUTH'));
  const last = await answer(fourth.user, totp(secret, 1));
  assert.deepEqual([last.name, last.ask], ['DONE', true]);
  assert.notEqual(deviceOf(last.session), key);
});

test('a pool that requires MFA remembers devices at once, and an administrator forgets one', async () => {
  const devices = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false };
  const app = await application({ pool: { DeviceConfiguration: devices }, mfa: ['ON', 'SOFTWARE_TOKEN_MFA'] });
  const browser = new Browser(app);
  await browser.signUp('liskov', 'liskov.devices@example.org');
  const first = await browser.signIn('liskov'); // once without a second factor, to set it up
  assert.deepEqual([first.name, first.ask], ['DONE', false]);
  const secret = await setUpToken(first.user);
  const second = await browser.signIn('liskov');
  assert.equal(second.name, 'DONE');
  assert.deepEqual(browser.asked, throughDevice);

  const elsewhere = new Browser(app);
  const third = await elsewhere.signIn('liskov');
  assert.equal(third.name, 'SOFTWARE_TOKEN_MFA');
  const { session } = await answer(third.user, totp(secret));
  assert.notEqual(deviceOf(session), deviceOf(second.session));
  assert.equal((await elsewhere.signIn('liskov')).name, 'DONE');
  assert.deepEqual(elsewhere.asked, throughDevice);

  // The library is told, drops its key and tries again.
  await api.send(new AdminForgetDeviceCommand({ UserPoolId: app.UserPoolId, Username: 'liskov', DeviceKey: deviceOf(session) }));
  const fourth = await elsewhere.signIn('liskov');
  assert.equal(fourth.name, 'SOFTWARE_TOKEN_MFA');
  assert.deepEqual(elsewhere.asked, ['InitiateAuth', 'PASSWORD_VERIFIER', 'PASSWORD_VERIFIER']);
  const last = await answer(fourth.user, totp(secret, 1));
  assert.notEqual(deviceOf(last.session), deviceOf(session));
  assert.equal((await browser.signIn('liskov')).name, 'DONE'); // the other device is still remembered
  assert.deepEqual(browser.asked, throughDevice);
});

test('another password of the device is refused', async () => {
  const devices = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false };
  const app = await application({ pool: { DeviceConfiguration: devices }, mfa: ['OPTIONAL', 'SOFTWARE_TOKEN_MFA'] });
  await addUser(app, 'hoare');
  const browser = new Browser(app);
  const { user, session } = await browser.signIn('hoare');
  await setUpToken(user);
  await prefer(user);
  const place = `CognitoIdentityServiceProvider.${app.ClientId}.hoare.randomPasswordKey`;
  const own = browser.getItem(place);
  assert.ok(own);
  browser.setItem(place, other(own) + 'x');
  await assert.rejects(browser.signIn('hoare'), wrongPassword);
  assert.deepEqual(browser.asked, throughDevice);
  browser.setItem(place, own);
  assert.equal(deviceOf((await browser.signIn('hoare')).session), deviceOf(session));
});
