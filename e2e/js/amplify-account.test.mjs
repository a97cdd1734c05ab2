// aws-amplify: what users do with their accounts before, after and between sign-ins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  autoSignIn, confirmResetPassword, confirmSignUp, confirmUserAttribute, deleteUser, deleteUserAttributes, fetchDevices, fetchUserAttributes,
  forgetDevice, rememberDevice, resendSignUpCode, resetPassword, sendUserAttributeVerificationCode, signIn, signUp, updatePassword,
  updateUserAttributes,
} from 'aws-amplify/auth';
import { AdminGetUserCommand, AdminListDevicesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { addUser, application, begin, checkAndLeave, claims, other, password, refused, sms, wrongPassword } from './amplify-support.mjs';
import { api, codeSentTo } from './support.mjs';

const mismatch = ['CodeMismatchException', 'Invalid verification code provided, please try again.'];
const changed = 'Difference-1822';

test('a sign-up with a password is confirmed and signed in with it', async () => {
  const app = await application();
  const username = 'grace';
  const address = 'grace.account@example.org';
  await signUp({ username, password, options: { userAttributes: { email: address }, autoSignIn: true } });
  await resendSignUpCode({ username });
  const { nextStep } = await confirmSignUp({ username, confirmationCode: await codeSentTo(address) });
  assert.equal(nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
  assert.equal((await autoSignIn()).isSignedIn, true);
  await checkAndLeave(app, username, { email: address, email_verified: true });
});

test('a password is changed', async () => {
  const app = await application();
  await addUser(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  await refused(updatePassword({ oldPassword: 'Wrong-1234', newPassword: changed }), ...wrongPassword);
  await refused(updatePassword({ oldPassword: password, newPassword: 'lower-1234' }), 'InvalidPasswordException', 'Password does not conform to policy: Password must have uppercase characters');
  await updatePassword({ oldPassword: password, newPassword: changed });
  await checkAndLeave(app, 'ada');
  await refused(signIn({ username: 'ada', password }), ...wrongPassword);
  await begin('ada', 'USER_SRP_AUTH', 'DONE', { secret: changed });
});

test('a password is reset', async () => {
  const app = await application();
  const email = 'ada.reset@example.org';
  await addUser(app, 'ada', { email });
  const { isPasswordReset, nextStep } = await resetPassword({ username: 'ada' });
  assert.equal(isPasswordReset, false);
  assert.deepEqual(nextStep, {
    resetPasswordStep: 'CONFIRM_RESET_PASSWORD_WITH_CODE',
    codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'a***@e***', attributeName: 'email' },
  });
  const code = await codeSentTo(email);
  const confirm = (confirmationCode) => confirmResetPassword({ username: 'ada', newPassword: changed, confirmationCode });
  await refused(confirm(other(code)), ...mismatch);
  await confirm(code);
  await refused(confirm(code), 'ExpiredCodeException', 'Invalid code provided, please request a code again.');
  await begin('ada', 'USER_SRP_AUTH', 'DONE', { secret: changed });
  await checkAndLeave(app, 'ada', { email });
});

test('attributes are changed, and new addresses confirmed', async () => {
  const app = await application({ pool: { ...sms, AutoVerifiedAttributes: ['email', 'phone_number'] } });
  const email = 'ada.old@example.org';
  await addUser(app, 'ada', { email });
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  const next = { email: 'ada.new@example.org', phone_number: '+15550003843' };
  assert.deepEqual(await updateUserAttributes({ userAttributes: { ...next, name: 'Ada' } }), {
    email: {
      isUpdated: false,
      nextStep: {
        updateAttributeStep: 'CONFIRM_ATTRIBUTE_WITH_CODE',
        codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'a***@e***', attributeName: 'email' },
      },
    },
    phone_number: {
      isUpdated: false,
      nextStep: {
        updateAttributeStep: 'CONFIRM_ATTRIBUTE_WITH_CODE',
        codeDeliveryDetails: { deliveryMedium: 'SMS', destination: '+*******3843', attributeName: 'phone_number' },
      },
    },
    name: { isUpdated: true, nextStep: { updateAttributeStep: 'DONE' } },
  });
  const { sub, ...before } = await fetchUserAttributes();
  assert.deepEqual(before, { ...next, name: 'Ada', email_verified: 'false', phone_number_verified: 'false' });
  for (const [userAttributeKey, address] of Object.entries(next)) {
    await sendUserAttributeVerificationCode({ userAttributeKey });
    const code = await codeSentTo(address);
    await refused(confirmUserAttribute({ userAttributeKey, confirmationCode: other(code) }), ...mismatch);
    await confirmUserAttribute({ userAttributeKey, confirmationCode: code });
  }
  await deleteUserAttributes({ userAttributeKeys: ['name'] });
  assert.deepEqual(await fetchUserAttributes(), { sub, ...next, email_verified: 'true', phone_number_verified: 'true' });
  await checkAndLeave(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  await claims(app, 'ada', { ...next, email_verified: true, phone_number_verified: true, name: undefined });
});

test('a device is remembered at the first sign-in and known at the next', async () => {
  const app = await application({ pool: { DeviceConfiguration: { ChallengeRequiredOnNewDevice: false, DeviceOnlyRememberedOnUserPrompt: true } } });
  await addUser(app, 'ada');
  const kept = async () => (await api.send(new AdminListDevicesCommand({ UserPoolId: app.UserPoolId, Username: 'ada' }))).Devices;
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  const { access } = await claims(app, 'ada');
  assert.deepEqual((await kept()).map((d) => d.DeviceKey), [access.device_key]);
  assert.deepEqual(await fetchDevices(), []);
  await rememberDevice();
  assert.deepEqual((await fetchDevices()).map((d) => d.id), [access.device_key]);
  await checkAndLeave(app, 'ada');

  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  assert.equal((await claims(app, 'ada')).access.device_key, access.device_key);
  await forgetDevice();
  assert.deepEqual(await fetchDevices(), []);
  assert.deepEqual(await kept(), []);
  await checkAndLeave(app, 'ada');

  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  assert.notEqual((await claims(app, 'ada')).access.device_key, access.device_key);
});

test('a user deletes the account', async () => {
  const app = await application();
  await addUser(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  await deleteUser();
  await refused(api.send(new AdminGetUserCommand({ UserPoolId: app.UserPoolId, Username: 'ada' })), 'UserNotFoundException', 'User does not exist.');
  await refused(signIn({ username: 'ada', password }), 'UserNotFoundException', 'User does not exist.');
});
