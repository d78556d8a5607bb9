import { USER_PROPERTIES } from '../../../src/contract/maintenance';
import { Aws } from '../../shared/aws';
import { log, messageOf } from '../../shared/log';
import { fieldOf } from '../../shared/references';
import { runCommand } from '../commands';
import type { Request } from '../index';
import { withSite } from '../site';

const USER = { name: 'Canary', username: 'librechat-canary' };

/** Creates and deletes the user of the canary, whose password is in a secret. */
export async function user(request: Request): Promise<Record<string, string>> {
  const email = String(request.event.ResourceProperties[USER_PROPERTIES.email]);
  if (request.event.RequestType === 'Delete') {
    // The data may be gone already, and a user that stays must not keep the stack from being deleted.
    await run(request, { command: 'delete-user', email }).catch((error: unknown) => log.warn('user-not-deleted', { message: messageOf(error) }));
    return {};
  }
  const password = fieldOf(await readSecret(request), 'password');
  const created = await run(request, { command: 'create-user', email, password, ...USER }).catch((error: unknown) => messageOf(error));
  if (/already exists/.test(created)) await resetPassword(request, email, password);
  else if (created) throw new Error(created);
  // LibreChat makes the first user an administrator. This one's password is in a secret that others may read.
  await run(request, { command: 'remove-administrator', email });
  return {};
}

/** A database that was retained or restored has the user with another password. */
async function resetPassword(request: Request, email: string, password: string): Promise<void> {
  const failure = await run(request, { command: 'reset-password', email, password }).catch((error: unknown) => messageOf(error));
  if (/User not found/.test(failure)) {
    throw new Error(`the user name ${USER.username} belongs to another user than ${email}. Delete or rename that user, and deploy again`);
  }
  if (failure) throw new Error(failure);
}

/** Runs a command; resolves to an empty text. @throws Error with the last lines of one that failed */
async function run({ environment, settings }: Request, event: Readonly<Record<string, string>>): Promise<''> {
  const { exitCode, output } = await runCommand(withSite(environment), settings, event);
  if (exitCode !== 0) throw new Error(`${event.command} ended with exit code ${exitCode}: ${output.slice(-LINES).join(' ')}`);
  return '';
}

/** Lines of the output in an error. */
const LINES = 10;

async function readSecret({ environment, settings, event }: Request): Promise<string> {
  const aws = new Aws(environment, settings);
  try {
    return await aws.secret(String(event.ResourceProperties[USER_PROPERTIES.account]));
  } finally {
    aws.close();
  }
}
