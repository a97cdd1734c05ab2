// The AWS SDK for JavaScript: sign-up to sign-out, and errors as typed exceptions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AdminCreateUserCommand,
  ChangePasswordCommand,
  CodeMismatchException,
  ConfirmSignUpCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { api, codeSentTo, newClient, newPool } from './support.mjs';

const flows = { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] };

test('a user signs up, confirms, signs in, refreshes, changes the password and signs out', async () => {
  const pool = await newPool();
  const { ClientId } = await newClient(pool.Id, flows);
  const email = 'grace@example.org';

  const signedUp = await api.send(
    new SignUpCommand({ ClientId, Username: 'grace', Password: 'Nanoseconds-1', UserAttributes: [{ Name: 'email', Value: email }] }),
  );
  assert.equal(signedUp.UserConfirmed, false);
  assert.equal(signedUp.CodeDeliveryDetails.Destination, 'g***@e***');

  const code = await codeSentTo(email);
  const wrong = code === '000000' ? '000001' : '000000';
  await assert.rejects(
    api.send(new ConfirmSignUpCommand({ ClientId, Username: 'grace', ConfirmationCode: wrong })),
    (err) => err instanceof CodeMismatchException && err.message === 'Invalid verification code provided, please try again.',
  );
  await api.send(new ConfirmSignUpCommand({ ClientId, Username: 'grace', ConfirmationCode: code }));

  const signIn = (PASSWORD) =>
    api.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'grace', PASSWORD } }));
  const { AuthenticationResult: first } = await signIn('Nanoseconds-1');
  assert.equal(first.ExpiresIn, 3600);

  const { AuthenticationResult: second } = await api.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: first.RefreshToken } }),
  );
  assert.equal(second.RefreshToken, undefined);

  const me = await api.send(new GetUserCommand({ AccessToken: second.AccessToken }));
  assert.deepEqual(
    me.UserAttributes.filter((a) => a.Name.startsWith('email')).map((a) => [a.Name, a.Value]).sort(),
    [['email', email], ['email_verified', 'true']],
  );

  await api.send(
    new ChangePasswordCommand({ AccessToken: second.AccessToken, PreviousPassword: 'Nanoseconds-1', ProposedPassword: 'Compilers-2' }),
  );
  await assert.rejects(signIn('Nanoseconds-1'), (err) => err instanceof NotAuthorizedException && err.message === 'Incorrect username or password.');
  await signIn('Compilers-2');

  await api.send(new GlobalSignOutCommand({ AccessToken: second.AccessToken }));
  await assert.rejects(api.send(new GetUserCommand({ AccessToken: second.AccessToken })), { message: 'Access Token has been revoked' });
});

test('an invited user sets a new password', async () => {
  const pool = await newPool();
  const { ClientId } = await newClient(pool.Id, flows);
  await api.send(
    new AdminCreateUserCommand({
      UserPoolId: pool.Id,
      Username: 'linus',
      TemporaryPassword: 'Temporary-1',
      DesiredDeliveryMediums: ['EMAIL'],
      UserAttributes: [{ Name: 'email', Value: 'linus@example.org' }],
    }),
  );
  const challenge = await api.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'linus', PASSWORD: 'Temporary-1' } }),
  );
  assert.equal(challenge.ChallengeName, 'NEW_PASSWORD_REQUIRED');
  const { AuthenticationResult } = await api.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: challenge.Session,
      ChallengeResponses: { USERNAME: 'linus', NEW_PASSWORD: 'Permanent-2' },
    }),
  );
  assert.ok(AuthenticationResult.IdToken);
  const { Users } = await api.send(new ListUsersCommand({ UserPoolId: pool.Id, Filter: 'email ^= "lin"' }));
  assert.deepEqual(Users.map((u) => [u.Username, u.UserStatus]), [['linus', 'CONFIRMED']]);
});
