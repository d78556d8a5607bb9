import { RemovalPolicy } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';

/** Without this secret, keys that users have stored cannot be decrypted, so it is retained by default. */
export function createRootSecret(scope: Construct, removalPolicy = RemovalPolicy.RETAIN): secretsmanager.Secret {
  const secret = new secretsmanager.Secret(scope, 'RootSecret', {
    description: 'LibreChat: what CREDS_KEY, CREDS_IV, JWT_SECRET and JWT_REFRESH_SECRET are derived from',
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy,
  });
  suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'What is derived from it encrypts stored keys, and must be the same for ever' });
  return secret;
}
