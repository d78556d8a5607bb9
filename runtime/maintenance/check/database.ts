import { spawn, type ChildProcess } from 'node:child_process';
import { CheckFailure } from './failure';
import type { Settings } from '../../shared/settings';
import {
  DATABASE_PROCESS, type Connected, type DatabaseProblem, type DatabaseRequest, type DatabaseResponse, type Prepared,
} from '../database/messages';

const REMEDIES: Readonly<Record<DatabaseProblem, string>> = {
  image: 'Use an image that is built from LibreChat\'s published one',
  address: 'Correct the URI in the secret of `database`: mongodb://user:password@host:27017/LibreChat, with special characters of the password percent-encoded',
  credentials: 'Correct user name, password and authSource in the URI of `database`. DocumentDB needs authSource=admin&authMechanism=SCRAM-SHA-1',
  unreachable: 'Check host and port of `database`, its security group or access list, whether it is running, and the route to it. Special characters of the password must be percent-encoded',
  index: 'Remove what the message names, for example with LibreChat\'s migration scripts, and deploy again',
  unsupported: 'Use a database that supports this index, such as MongoDB with `LibreChatDatabase.fromUri()`, or deploy an earlier release of LibreChat',
};

/** The database of a deployment, in a process with the image's driver and models. */
export class Database {
  private readonly child: ChildProcess;
  private readonly exit: Promise<never>;

  /** @param environment the variables of LibreChat */
  public constructor(environment: Record<string, string>, private readonly settings: Settings) {
    this.child = spawn(process.execPath, [process.argv[1], DATABASE_PROCESS], { cwd: process.cwd(), env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.exit = new Promise((_, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => reject(new Error(`the process that prepares the database ended with ${signal ?? `exit code ${code}`}`)));
    });
    this.exit.catch(() => undefined);
  }

  public async connect(): Promise<Connected> {
    const { databaseWaitMs: waitMs, databaseRetryMs: retryMs } = this.settings;
    return await this.ask({ waitMs, retryMs, migrate: false }) as Connected;
  }

  /** Creates collections and indexes. */
  public async prepare(migrate: boolean): Promise<Prepared> {
    const { indexWaitMs: waitMs, databaseRetryMs: retryMs } = this.settings;
    return await this.ask({ waitMs, retryMs, migrate }) as Prepared;
  }

  public close(): void {
    this.child.kill('SIGKILL');
  }

  private async ask(request: DatabaseRequest): Promise<Connected | Prepared> {
    const responded = new Promise<DatabaseResponse>((resolve) => void this.child.once('message', (message) => resolve(message as DatabaseResponse)));
    // The end of the process is reported by its exit.
    this.child.send(request, () => undefined);
    const response = await Promise.race([responded, this.exit]);
    if ('failed' in response) throw new CheckFailure('database', response.failed, REMEDIES[response.problem]);
    return response.done;
  }
}
