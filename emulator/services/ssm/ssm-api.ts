import type { SsmService } from './ssm-service';
import { AwsError } from '../../core/aws-error';
import type { JsonApi } from '../../core/json-api';

/** Systems Manager's parameters: GetParameter and GetParameters, by name or ARN. */
export function ssmApi(ssm: SsmService): JsonApi {
  const parameter = (name: string, value: string) => ({ Name: name, Type: 'String', Value: value, Version: 1, ARN: ssm.arnOf(name), DataType: 'text' });
  return {
    GetParameter: (input, authorize) => {
      const name = nameOf(String(input.Name));
      authorize('ssm:GetParameter', ssm.arnOf(name));
      const value = ssm.parameters.get(name);
      if (value === undefined) throw new AwsError('ParameterNotFound', 400, `there is no parameter ${name}; give its value in option \`secrets\``);
      return { Parameter: parameter(name, value) };
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

function nameOf(nameOrArn: string): string {
  // An ARN cannot tell `/name` from `name`; a name with a further slash in it must begin with one.
  const name = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/(.*)$/.exec(nameOrArn)?.[1];
  return name === undefined ? nameOrArn : name.includes('/') ? `/${name}` : name;
}
