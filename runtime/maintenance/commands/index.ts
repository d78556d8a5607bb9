import { scriptOf } from './commands';
import { runScript, type ScriptResult } from './run-script';
import { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import type { Settings } from '../../shared/settings';
import { CA_FILE, librechatEnvironment, readConfig } from '../../worker/start';
import { checkRequired, readVariables } from '../../worker/start/variables';
import { redact } from '../redact';

/** Number of lines of a script's output in a response, whose size Lambda limits to 6 MB. */
const LINES = 10_000;

/** The response to an operator. Arguments and output are not logged, because they contain personal data. */
export interface CommandResult extends ScriptResult {
  /** The generated password, if the event has none. */
  readonly password?: string;
}

/** Runs the script that an operator's event names. @throws Error if the script does not exist, or if a field is missing */
export async function runCommand(environment: NodeJS.ProcessEnv, settings: Settings, event: object): Promise<CommandResult> {
  const { password, ...script } = scriptOf(event as Record<string, unknown>);
  const began = performance.now();
  const aws = new Aws(environment, settings);
  checkRequired(environment);
  const [values, config] = await Promise.all([readVariables(environment, aws, CA_FILE), readConfig(environment, aws)]).finally(() => aws.close());
  const variables = await librechatEnvironment(environment, { ...config, ...values });
  const { exitCode, output } = await runScript(script, variables, settings.commandIdleMs);
  log.info('command', { command: script.name, exitCode, ms: Math.round(performance.now() - began) });
  const secrets = Object.entries(values).filter(([name]) => !name.startsWith('DOMAIN_')).map(([, value]) => value);
  const lines = output.slice(-LINES).map((line) => redact(line, secrets));
  return { exitCode, output: lines, password: exitCode ? undefined : password };
}
