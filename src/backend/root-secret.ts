import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';
import { RETAIN, retained } from '../private/retention';

interface RootSecretProps {
  readonly removalPolicy?: RemovalPolicy;
  readonly encryptionKey?: IKey;
}

/** Without this secret, keys that users have stored cannot be decrypted, so it is retained by default. */
export function createRootSecret(scope: Construct, { removalPolicy = RETAIN, encryptionKey }: RootSecretProps): secretsmanager.Secret {
  const secret = new secretsmanager.Secret(scope, 'RootSecret', {
    description: 'LibreChat: root of CREDS_KEY, CREDS_IV, JWT_SECRET and JWT_REFRESH_SECRET',
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    encryptionKey,
    removalPolicy: retained(removalPolicy),
  });
  suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'The keys derived from it encrypt stored data, and must not change' });
  return secret;
}
