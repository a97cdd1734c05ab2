// aws-amplify: every way to begin a sign-in, and what follows from the user's state.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autoSignIn, confirmSignUp, fetchAuthSession, signIn, signOut, signUp } from 'aws-amplify/auth';
import { AdminDisableUserCommand, AdminResetUserPasswordCommand, GetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { addUser, application, begin, checkAndLeave, claims, go, invite, other, password, refused, sms, wrongCode, wrongPassword } from './amplify-support.mjs';
import { api, codeSentTo } from './support.mjs';

const everyFactor = { pool: sms, firstFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'], flows: ['USER_AUTH'] };
const everyFlow = ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'USER_AUTH'];
const email = 'ada.first@example.org';
const phone_number = '+15550001843';

for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
  test(`${flow}, refresh, and sign-out everywhere`, async () => {
    const app = await application({ flows: [flow] });
    await addUser(app, 'ada', { email });
    await refused(signIn({ username: 'ada', password: 'Wrong-1234', options: { authFlowType: flow } }), ...wrongPassword);
    await refused(signIn({ username: 'nobody', password, options: { authFlowType: flow } }), 'UserNotFoundException', 'User does not exist.');
    await begin('ada', flow, 'DONE');
    const first = await claims(app, 'ada', { email, email_verified: true });

    await fetchAuthSession({ forceRefresh: true });
    const second = await claims(app, 'ada', { email });
    assert.notEqual(second.access.jti, first.access.jti);
    assert.equal(second.access.origin_jti, first.access.origin_jti);
    assert.equal(second.access.auth_time, first.access.auth_time);

    await signOut({ global: true });
    for (const { text } of [first, second]) {
      await refused(api.send(new GetUserCommand({ AccessToken: text })), 'NotAuthorizedException', 'Access Token has been revoked');
    }
    await begin('ada', flow, 'DONE');
  });
}

test('refresh tokens that are replaced at each use', async () => {
  const app = await application({ client: { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 } } });
  await addUser(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  const { access } = await claims(app, 'ada');
  for (let i = 0; i < 3; i++) {
    await fetchAuthSession({ forceRefresh: true });
    const next = await claims(app, 'ada');
    assert.notEqual(next.access.jti, access.jti);
    assert.equal(next.access.origin_jti, access.origin_jti);
  }
  await checkAndLeave(app, 'ada');
});

test('an e-mail address for a username', async () => {
  const app = await application({ ...everyFactor, flows: everyFlow, pool: { ...sms, UsernameAttributes: ['email'], UsernameConfiguration: { CaseSensitive: false } } });
  const address = 'ada.name@example.org';
  await addUser(app, address, { email: address });
  const ways = [['USER_SRP_AUTH'], ['USER_PASSWORD_AUTH'], ['USER_AUTH', { preferredChallenge: 'PASSWORD_SRP' }], ['USER_AUTH', { preferredChallenge: 'PASSWORD' }]];
  for (const [flow, more] of ways) {
    await begin('Ada.Name@Example.org', flow, 'DONE', more);
    const { sub } = (await fetchAuthSession()).tokens.idToken.payload;
    await fetchAuthSession({ forceRefresh: true });
    await checkAndLeave(app, sub, { email: address });
  }
  await begin('Ada.Name@Example.org', 'USER_AUTH', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', { preferredChallenge: 'EMAIL_OTP', secret: undefined });
  await go(await codeSentTo(address), 'DONE');
  await fetchAuthSession({ forceRefresh: true });
});

for (const [factor, step, address] of [
  ['PASSWORD_SRP', 'DONE'],
  ['PASSWORD', 'DONE'],
  ['EMAIL_OTP', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', email],
  ['SMS_OTP', 'CONFIRM_SIGN_IN_WITH_SMS_CODE', phone_number],
]) {
  test(`USER_AUTH that prefers ${factor}`, async () => {
    const app = await application(everyFactor);
    await addUser(app, 'ada', { email, phone_number });
    if (!address) {
      const options = { authFlowType: 'USER_AUTH', preferredChallenge: factor };
      await refused(signIn({ username: 'ada', password: 'Wrong-1234', options }), ...wrongPassword);
    }
    const next = await begin('ada', 'USER_AUTH', step, { preferredChallenge: factor, secret: address ? undefined : password });
    if (address) await answerCode(next, address);
    await checkAndLeave(app, 'ada', { email, phone_number });
  });

  test(`USER_AUTH with ${factor} chosen from what there is`, async () => {
    const app = await application(everyFactor);
    await addUser(app, 'ada', { email, phone_number });
    const select = () => begin('ada', 'USER_AUTH', 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION', { secret: undefined });
    assert.deepEqual((await select()).availableChallenges, ['PASSWORD_SRP', 'PASSWORD', 'EMAIL_OTP', 'SMS_OTP']);
    if (address) {
      await answerCode(await go(factor, step), address);
    } else {
      await go(factor, 'CONFIRM_SIGN_IN_WITH_PASSWORD');
      await refused(go('Wrong-1234'), ...wrongPassword);
      if (factor === 'PASSWORD_SRP') {
        // SRP_A was a right answer to the selection, whose session is spent.
        await refused(go(password), 'NotAuthorizedException', 'Invalid session for the user, session can only be used once.');
        await select();
        await go(factor, 'CONFIRM_SIGN_IN_WITH_PASSWORD');
      }
      await go(password, 'DONE');
    }
    await checkAndLeave(app, 'ada', { email, phone_number });
  });
}

/** Answers the code that a step says was sent, once wrongly. */
async function answerCode({ codeDeliveryDetails: { deliveryMedium, destination } }, address) {
  assert.deepEqual([deliveryMedium, destination], address === email ? ['EMAIL', 'a***@e***'] : ['SMS', '+*******1843']);
  const code = await codeSentTo(address);
  assert.match(code, /^\d{8}$/);
  await refused(go(other(code)), ...wrongCode);
  await go(code, 'DONE');
}

test('USER_AUTH offers only what pool and user have', async () => {
  const app = await application({ firstFactors: ['PASSWORD', 'EMAIL_OTP'], flows: ['USER_AUTH'] });
  await addUser(app, 'ada', { phone_number });
  const { availableChallenges } = await begin('ada', 'USER_AUTH', 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION', { preferredChallenge: 'EMAIL_OTP' });
  assert.deepEqual(availableChallenges, ['PASSWORD_SRP', 'PASSWORD']);
});

test('a sign-up without a password is confirmed and signed in by one code', async () => {
  const app = await application(everyFactor);
  const username = 'grace';
  const address = 'grace.otp@example.org';
  const options = { userAttributes: { email: address }, autoSignIn: { authFlowType: 'USER_AUTH' } };
  const begun = await signUp({ username, options });
  assert.deepEqual(begun.nextStep, {
    signUpStep: 'CONFIRM_SIGN_UP',
    codeDeliveryDetails: { destination: 'g***@e***', deliveryMedium: 'EMAIL', attributeName: 'email' },
  });
  const code = await codeSentTo(address);
  await refused(confirmSignUp({ username, confirmationCode: other(code) }), 'CodeMismatchException', 'Invalid verification code provided, please try again.');
  const confirmed = await confirmSignUp({ username, confirmationCode: code });
  assert.deepEqual(confirmed, { isSignUpComplete: true, nextStep: { signUpStep: 'COMPLETE_AUTO_SIGN_IN' } });
  assert.deepEqual(await autoSignIn(), { isSignedIn: true, nextStep: { signInStep: 'DONE' } });
  await checkAndLeave(app, username, { email: address, email_verified: true, sub: begun.userId });
});

test('a code of the first factor confirms who has signed up', async () => {
  const app = await application({ ...everyFactor, flows: everyFlow });
  const address = 'alan.otp@example.org';
  await signUp({ username: 'alan', password, options: { userAttributes: { email: address } } });
  await begin('alan', 'USER_SRP_AUTH', 'CONFIRM_SIGN_UP');
  await begin('alan', 'USER_AUTH', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', { preferredChallenge: 'EMAIL_OTP', secret: undefined });
  await go(await codeSentTo(address), 'DONE');
  await checkAndLeave(app, 'alan', { email: address, email_verified: true });
  await begin('alan', 'USER_SRP_AUTH', 'DONE');
});

for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
  test(`${flow} of a user who has to set a password`, async () => {
    const app = await application({ flows: [flow], pool: { Schema: [{ Name: 'name', Required: true, Mutable: true }] } });
    await invite(app, 'ada', { email });
    const { missingAttributes } = await begin('ada', flow, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
    assert.deepEqual(missingAttributes, ['name']);
    await refused(go('Difference-1822'), 'InvalidParameterException', 'Invalid attributes given, name is missing');
    const named = { userAttributes: { name: 'Ada' } };
    await refused(go('short', '', named), 'InvalidPasswordException', 'Password does not conform to policy: Password not long enough');
    await go('Difference-1822', 'DONE', named);
    await checkAndLeave(app, 'ada', { name: 'Ada', email });
    await refused(signIn({ username: 'ada', password, options: { authFlowType: flow } }), ...wrongPassword);
    await begin('ada', flow, 'DONE', { secret: 'Difference-1822' });
  });
}

test('the states that end a sign-in', async () => {
  const app = await application({ ...everyFactor, flows: everyFlow });
  await signUp({ username: 'new', password, options: { userAttributes: { email: 'new@example.org' } } });
  await addUser(app, 'reset', { email: 'reset@example.org' });
  await api.send(new AdminResetUserPasswordCommand({ UserPoolId: app.UserPoolId, Username: 'reset' }));
  await addUser(app, 'off', { email: 'off@example.org' });
  await api.send(new AdminDisableUserCommand({ UserPoolId: app.UserPoolId, Username: 'off' }));
  for (const [flow, more] of [['USER_SRP_AUTH'], ['USER_PASSWORD_AUTH'], ['USER_AUTH', { preferredChallenge: 'PASSWORD' }]]) {
    await begin('new', flow, 'CONFIRM_SIGN_UP', more);
    await begin('reset', flow, 'RESET_PASSWORD', more);
    await refused(begin('off', flow, '', more), 'NotAuthorizedException', 'User is disabled.');
  }
});

test('an unknown name is asked for a code like a known one where the client hides users', async () => {
  await application({ ...everyFactor, flows: everyFlow, client: { PreventUserExistenceErrors: 'ENABLED' } });
  await refused(begin('nobody', 'USER_SRP_AUTH'), ...wrongPassword);
  await begin('nobody@example.org', 'USER_AUTH', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', { preferredChallenge: 'EMAIL_OTP', secret: undefined });
  await refused(go('12345678'), ...wrongCode);
});
