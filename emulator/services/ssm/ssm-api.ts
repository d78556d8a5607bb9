import type { SsmService } from './ssm-service';
import { AwsError } from '../../core/aws-error';
import type { JsonApi } from '../../core/json-api';

/** Maximum number of versions in a response. */
const LARGEST_PAGE = 50;

/** Systems Manager's parameters: GetParameter, GetParameters and GetParameterHistory, by name or ARN, and PutParameter. */
export function ssmApi(ssm: SsmService): JsonApi {
  const parameter = (name: string, value: string) => ({ Name: name, Type: 'String', Value: value, Version: 1, ARN: ssm.arnOf(name), DataType: 'text' });
  return {
    GetParameter: (input, authorize) => {
      const name = nameOf(String(input.Name));
      authorize('ssm:GetParameter', ssm.arnOf(name));
      const value = ssm.parameters.get(name) ?? missing(name);
      return { Parameter: parameter(name, value) };
    },
    GetParameterHistory: (input, authorize) => {
      const name = nameOf(String(input.Name));
      authorize('ssm:GetParameterHistory', ssm.arnOf(name));
      if (!ssm.parameters.has(name)) missing(name);
      const from = Number(input.NextToken ?? 0);
      const to = from + pageSize(input.MaxResults);
      const history = ssm.parameters.history(name);
      return {
        Parameters: history.slice(from, to).map(({ version, value }) => ({ Name: name, Type: 'String', Value: value, Version: version, DataType: 'text' })),
        ...(to < history.length ? { NextToken: String(to) } : {}),
      };
    },
    PutParameter: (input, authorize) => {
      const { Name, Value, Type, Overwrite = false } = input;
      // PutParameter does not accept ARNs.
      const name = String(Name);
      authorize('ssm:PutParameter', ssm.arnOf(name));
      if (typeof Value !== 'string' || !Value) throw new AwsError('ValidationException', 400, `\`Value\` must be a string of at least one character, got: ${String(Value)}`);
      if (ssm.parameters.has(name) && Overwrite !== true) {
        throw new AwsError('ParameterAlreadyExists', 400, 'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.');
      }
      if (!ssm.parameters.has(name) && Type === undefined) throw new AwsError('ValidationException', 400, 'A parameter type is required when you create a parameter.');
      ssm.parameters.set(name, Value);
      return { Version: ssm.parameters.history(name).at(-1)!.version, Tier: 'Standard' };
    },
    GetParameters: (input, authorize) => {
      const names = (input.Names as string[]).map(nameOf);
      names.forEach((name) => authorize('ssm:GetParameters', ssm.arnOf(name)));
      const known = names.filter((name) => ssm.parameters.has(name));
      return {
        Parameters: known.map((name) => parameter(name, ssm.parameters.get(name) ?? '')),
        InvalidParameters: names.filter((name) => !known.includes(name)),
      };
    },
  };
}

function missing(name: string): never {
  throw new AwsError('ParameterNotFound', 400, `there is no parameter ${name}; give its value in option \`secrets\``);
}

function pageSize(wanted: unknown = LARGEST_PAGE): number {
  if (Number.isInteger(wanted) && Number(wanted) >= 1 && Number(wanted) <= LARGEST_PAGE) return Number(wanted);
  throw new AwsError('ValidationException', 400, `\`MaxResults\` must be between 1 and ${LARGEST_PAGE}, got: ${String(wanted)}`);
}

function nameOf(nameOrArn: string): string {
  // ARNs of `/name` and `name` are the same; names with further slashes must begin with one.
  const name = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/(.*)$/.exec(nameOrArn)?.[1];
  return name === undefined ? nameOrArn : name.includes('/') ? `/${name}` : name;
}
