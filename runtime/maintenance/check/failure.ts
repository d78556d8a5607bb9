import { bytesOf, LONGEST_REASON } from '../../shared/cloudformation';
import { messageOf } from '../../shared/log';

/** The parts of a check, in their order. */
export type Phase = 'secrets' | 'configuration' | 'data' | 'database' | 'redis' | 'start';

/** A failed check, with its remedy. */
export class CheckFailure extends Error {
  public constructor(
    public readonly phase: Phase,
    cause: string,
    public readonly remedy: string,
    /** The end of LibreChat's output. */
    public readonly output: readonly string[] = [],
  ) {
    super(cause);
  }
}

/** Runs a phase. Errors without a remedy of their own get the remedy of the phase. */
export async function inPhase<T>(phase: Phase, remedy: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof CheckFailure ? error : new CheckFailure(phase, messageOf(error), remedy);
  }
}

/** The reason for CloudFormation's event. If it is too long, the first of LibreChat's lines are omitted. */
export function reasonOf({ phase, message, remedy, output }: CheckFailure, logLink: string): string {
  const text = (lines: readonly string[]) => [
    `LibreChat is not deployed: the check of phase "${phase}" failed. ${sentence(message)}`,
    `What to do: ${sentence(remedy)}`,
    ...lines.length ? [`LibreChat's last lines:\n${lines.join('\n')}`] : [],
    `Log: ${logLink}`,
  ].join('\n');
  let shown = output;
  while (shown.length && bytesOf(text(shown)) > LONGEST_REASON) shown = shown.slice(1);
  return text(shown);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Link to the log of this execution environment in the console. */
export function logLinkOf(environment: NodeJS.ProcessEnv): string {
  const { AWS_REGION: region = '', AWS_LAMBDA_LOG_GROUP_NAME: group = '', AWS_LAMBDA_LOG_STREAM_NAME: stream = '' } = environment;
  const domain = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  // The console encodes twice, with a dollar sign in place of the per cent sign.
  const encoded = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
  const link = `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encoded(group)}/log-events/${encoded(stream)}`;
  return `stream ${stream} of log group ${group}, ${link}`;
}
