import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { EnvironmentFile } from './environment';

/**
 * Reports how the variables in a `.env` file are used: a warning while secrets are missing, otherwise an information.
 *
 * @param hasSecret whether `environmentSecret` is specified, whose fields are unknown
 */
export function reportEnvironmentFile(scope: IConstruct, file: EnvironmentFile, hasSecret: boolean): void {
  const { path, variables, secrets, omitted, blank } = file;
  const lines = [
    `\`environmentFile\` (${path}):`,
    `  passed to LibreChat: ${listOf(Object.keys(variables))}`,
    ...Object.keys(omitted).length > 0 ? ['  omitted:', ...byReason(omitted)] : [],
    ...blank > 0 ? [`  omitted, because they have no value: ${blank} variables`] : [],
  ];
  if (secrets.length === 0) return Annotations.of(scope).addInfoV2('cdk-librechat-serverless:environmentFile', lines.join('\n'));
  lines.push(`  omitted, because they are secrets: ${listOf(secrets)}`);
  if (hasSecret) {
    lines.push('  They must be fields of `environmentSecret`.');
    return Annotations.of(scope).addInfoV2('cdk-librechat-serverless:environmentFile', lines.join('\n'));
  }
  lines.push(...instructions(scope, path, secrets));
  Annotations.of(scope).addWarningV2('cdk-librechat-serverless:environmentFile', lines.join('\n'));
}

function listOf(names: string[]): string {
  return names.join(', ') || 'none';
}

/** Variables of the same reason in one line. */
function byReason(omitted: Record<string, string>): string[] {
  const reasons = [...new Set(Object.values(omitted))];
  return reasons.map((reason) => `    ${Object.keys(omitted).filter((name) => omitted[name] === reason).join(', ')} (${reason})`);
}

/** One secret with many fields costs less than one for each, and takes one variable. The command reads the values, so they are not printed. */
function instructions(scope: IConstruct, path: string, secrets: string[]): string[] {
  const name = `${Stack.of(scope).stackName}-environment`;
  const { region } = Stack.of(scope);
  const script = `const file = require("util").parseEnv(require("fs").readFileSync(${JSON.stringify(path)}, "utf8")); `
    + `JSON.stringify(Object.fromEntries(${JSON.stringify(secrets)}.map((name) => [name, file[name]])))`;
  const quoted = `'${script.replaceAll("'", "'\\''")}'`;
  return [
    '  Store them in one secret (the command requires Node.js 20.12 or newer and a POSIX shell):',
    `    aws secretsmanager create-secret --name ${name}${Token.isUnresolved(region) ? '' : ` --region ${region}`} --secret-string "$(node -p ${quoted})"`,
    '  and specify it:',
    `    environmentSecret: secretsmanager.Secret.fromSecretNameV2(this, 'Environment', '${name}')`,
  ];
}
