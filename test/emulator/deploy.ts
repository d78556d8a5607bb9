import { Stack } from '../../emulator/cloudformation/stack';
import type { Template } from '../../emulator/cloudformation/template';
import type { Cloud } from '../../emulator/core/cloud';
import { AwsServer } from '../../emulator/services/aws-server';

/** Deploys a template by itself, without an assembly; what it starts ends with the cloud. */
export async function deploy(cloud: Cloud, template: Template, parameters?: Record<string, string>): Promise<Stack> {
  const aws = new AwsServer(cloud);
  await aws.start();
  const stack = new Stack({
    cloud,
    aws,
    stack: { name: 'S', template, files: [], images: [] },
    stackId: 'arn:stack',
    certificates: { cert: '', key: '', ca: '', caFile: '' },
    options: { assembly: '', librechat: '/', parameters },
  });
  await stack.deploy();
  return stack;
}
