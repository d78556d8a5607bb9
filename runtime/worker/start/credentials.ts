import { writePrivateFile } from './folders';

/** What LibreChat must not see in its environment: its S3 client would take the first two and drop the third. */
export const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Hands the role's credentials to LibreChat's AWS clients in a file, from which they take all three. */
export function writeCredentials(environment: NodeJS.ProcessEnv): Record<string, string> {
  const lines = CREDENTIALS.filter((name) => environment[name]).map((name) => `${name.toLowerCase()} = ${environment[name]}`);
  return { AWS_SHARED_CREDENTIALS_FILE: writePrivateFile('librechat/credentials', `[default]\n${lines.join('\n')}\n`) };
}
