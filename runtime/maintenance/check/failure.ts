import { bytesOf, LONGEST_REASON } from '../../shared/cloudformation';
import { messageOf } from '../../shared/log';

/** The parts of a check, in their order. */
export type Phase = 'secrets' | 'configuration' | 'data' | 'database' | 'redis' | 'start';

/** A check that failed, with what its reader needs to mend it. */
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

/** Runs a phase. What fails in it without a remedy of its own gets the phase's. */
export async function inPhase<T>(phase: Phase, remedy: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof CheckFailure ? error : new CheckFailure(phase, messageOf(error), remedy);
  }
}

/** The reason for CloudFormation's event. What is too long loses the first of LibreChat's lines. */
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

/** Where the log of this execution environment is. */
export function logLinkOf(environment: NodeJS.ProcessEnv): string {
  const { AWS_REGION: region = '', AWS_LAMBDA_LOG_GROUP_NAME: group = '', AWS_LAMBDA_LOG_STREAM_NAME: stream = '' } = environment;
  const domain = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  // The console encodes twice, with a dollar sign in place of the per cent sign.
  const encoded = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
  const link = `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encoded(group)}/log-events/${encoded(stream)}`;
  return `stream ${stream} of log group ${group}, ${link}`;
}
