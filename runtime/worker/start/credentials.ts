import { writePrivateFile } from './folders';

/** Variables that LibreChat does not get, because its S3 client would use the first two without the session token. */
export const CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Writes the role's credentials to a file for LibreChat's AWS clients, which read all three from it. */
export function writeCredentials(environment: NodeJS.ProcessEnv): Record<string, string> {
  const lines = CREDENTIALS.filter((name) => environment[name]).map((name) => `${name.toLowerCase()} = ${environment[name]}`);
  return { AWS_SHARED_CREDENTIALS_FILE: writePrivateFile('librechat/credentials', `[default]\n${lines.join('\n')}\n`) };
}
