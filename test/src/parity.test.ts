import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import * as ts from 'typescript';
import { templateOf } from './reading';
import { VARIANTS, stackIn } from '../../fixtures/variants';
import * as library from '../../src';

/** Inputs, outputs and resources of the four Terraform modules. */
const TERRAFORM: Record<string, string> = {
  'frontend': `
    environment custom_domain acm_certificate_arn route53_zone_id api_gateway_endpoint tags
    cloudfront_distribution_id cloudfront_distribution_arn cloudfront_domain_name s3_bucket_name s3_bucket_arn
    module.s3_frontend module.cloudfront aws_route53_record.cloudfront`,
  'backend': `
    environment vpc_id private_subnet_ids redis_endpoint redis_security_group_id custom_domain config_s3_bucket config_s3_key
    ssm_parameter_arns tags
    lambda_function_arn lambda_function_name lambda_invoke_arn lambda_response_streaming_invoke_arn lambda_security_group_id
    ecr_repository_url files_bucket_name
    aws_ecr_repository.api module.s3_files aws_security_group.lambda aws_lambda_function.api aws_iam_role.lambda
    aws_iam_role_policy_attachment.lambda_vpc aws_iam_role_policy.lambda_custom`,
  'api-gateway': `
    lambda_function_arn lambda_invoke_arn lambda_response_streaming_invoke_arn region tags
    rest_api_id rest_api_execution_arn invoke_url
    aws_api_gateway_rest_api.api aws_api_gateway_resource.api aws_api_gateway_resource.proxy aws_api_gateway_method.proxy
    aws_api_gateway_integration.proxy aws_api_gateway_method.options aws_api_gateway_integration.options
    aws_api_gateway_deployment.api aws_api_gateway_stage.prod aws_lambda_permission.api_gateway`,
  'redis': `
    environment vpc_id private_subnet_ids lambda_security_group_id tags
    replication_group_id primary_endpoint_address security_group_id
    module.redis`,
};

interface Row {
  readonly module: string;
  readonly terraform: string;
  readonly counterparts: string[];
}

/** The tables of docs/from-terraform.md: a heading with the module's name, then a row per Terraform name. */
function readRows(): Row[] {
  const page = readFileSync(join(__dirname, '../../docs/from-terraform.md'), 'utf8');
  const rows: Row[] = [];
  let module = '';
  for (const line of page.split('\n')) {
    module = /^## (.+)$/.exec(line)?.[1] ?? module;
    const [, terraform, here] = /^\| `([^`]+)` \| ([^|]+) \|/.exec(line) ?? [];
    if (terraform) rows.push({ module, terraform, counterparts: [...here.matchAll(/`([^`]+)`/g)].map(([, name]) => name) });
  }
  return rows;
}

const ROWS = readRows();
const PROPS = propsOf('librechat-serverless-props.ts');
const chat = VARIANTS.minimal(stackIn());

function propsOf(file: string): string[] {
  const path = join(__dirname, '../../src', file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isInterfaceDeclaration).flatMap(({ members }) => members.map((member) => member.name!.getText()));
}

/** Whether there is such a type of resource, class with a factory, field of the construct, or prop. */
function exists(name: string): boolean {
  if (name.includes('::')) return (['minimal', 'maximal', 'code-build'] as const).map(templateOf).some((template) => Object.keys(template.findResources(name)).length > 0);
  const [first, ...path] = name.split('.');
  if (first === 'chat') return field(path) !== undefined;
  if (first.startsWith('LibreChat')) return typeof (library as any)[first]?.[path[0]] === 'function';
  return PROPS.includes(name);
}

function field(path: string[]): unknown {
  const root: any = path[0] === 'stack' ? { stack: Stack.of(chat) } : chat;
  return path.reduce((value, step) => (step.endsWith('()') ? value?.[step.slice(0, -2)]() : value?.[step]), root);
}

describe.each(Object.entries(TERRAFORM))('%s', (module, names) => {
  const rows = ROWS.filter((row) => row.module === module);

  test('the page has a row for each input, output and resource, and no other', () => {
    expect(rows.map(({ terraform }) => terraform)).toEqual(names.trim().split(/\s+/));
  });

  test.each(rows)('$terraform is here as $counterparts', ({ counterparts }) => {
    expect(counterparts).not.toEqual([]);
    expect(counterparts.filter((name) => !exists(name))).toEqual([]);
  });
});

test.each(['AWS::EKS::Cluster', 'chat.cluster', 'chat.distribution.nothing', 'LibreChatImage.fromNowhere', 'clusterName'])('%s is noticed', (name) => {
  expect(exists(name)).toBe(false);
});
