import { AwsError } from '../../core/aws-error';
import type { JsonService } from '../../core/json-service';

/** Systems Manager's parameters: GetParameter and GetParameters, by name or ARN. */
export const ssm: JsonService = {
  name: 'SSM',
  target: 'AmazonSSM',
  actions: {
    GetParameter: (input, { cloud, authorize }) => {
      const name = nameOf(String(input.Name));
      authorize('ssm:GetParameter', arnOf(cloud, name));
      const value = cloud.parameters.get(name);
      if (value === undefined) throw new AwsError('ParameterNotFound', 400, `there is no parameter ${name}; option \`secrets\` can bring it`);
      return { Parameter: parameter(cloud, name, value) };
    },
    GetParameters: (input, { cloud, authorize }) => {
      const names = (input.Names as string[]).map(nameOf);
      names.forEach((name) => authorize('ssm:GetParameters', arnOf(cloud, name)));
      const known = names.filter((name) => cloud.parameters.has(name));
      return {
        Parameters: known.map((name) => parameter(cloud, name, cloud.parameters.get(name) ?? '')),
        InvalidParameters: names.filter((name) => !known.includes(name)),
      };
    },
  },
};

type Arns = { arn(service: string, resource: string): string };

function parameter(cloud: Arns, name: string, value: string): object {
  return { Name: name, Type: 'String', Value: value, Version: 1, ARN: arnOf(cloud, name), DataType: 'text' };
}

function arnOf(cloud: Arns, name: string): string {
  return cloud.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
}

function nameOf(nameOrArn: string): string {
  // An ARN cannot tell `/name` from `name`; a name with a further slash in it must begin with one.
  const name = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/(.*)$/.exec(nameOrArn)?.[1];
  return name === undefined ? nameOrArn : name.includes('/') ? `/${name}` : name;
}
