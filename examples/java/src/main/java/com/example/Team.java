package com.example;

import io.github.librechatserverless.cdk.LibreChatConfig;
import io.github.librechatserverless.cdk.LibreChatDatabase;
import io.github.librechatserverless.cdk.LibreChatDocumentDbOptions;
import io.github.librechatserverless.cdk.LibreChatImage;
import io.github.librechatserverless.cdk.LibreChatRedis;
import io.github.librechatserverless.cdk.LibreChatRedisEngine;
import io.github.librechatserverless.cdk.LibreChatDockerBuildOptions;
import io.github.librechatserverless.cdk.LibreChatReplicationGroupOptions;
import io.github.librechatserverless.cdk.LibreChatServerless;
import io.github.librechatserverless.cdk.LibreChatServiceUrls;
import io.github.librechatserverless.cdk.LibreChatServices;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudfront.GeoRestriction;
import software.amazon.awscdk.services.cloudwatch.CreateAlarmOptions;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.ssm.SecureStringParameterAttributes;
import software.amazon.awscdk.services.ssm.StringParameter;

public class Team {
    public static void main(final String[] args) {
        final var app = new App();
        final var stack = new Stack(app, "LibreChatTeam");

        final var models = Secret.fromSecretNameV2(stack, "Models", "librechat/models");
        final var searchKey = StringParameter.fromSecureStringParameterAttributes(stack, "SearchKey",
                SecureStringParameterAttributes.builder().parameterName("/librechat/meilisearch").build());

        final var chat = LibreChatServerless.Builder.create(stack, "Chat")
                .vpc(Vpc.Builder.create(stack, "Network").maxAzs(2).natGateways(1).build())
                .image(LibreChatImage.fromDockerBuild(LibreChatDockerBuildOptions.builder().version("v0.8.8").build()))
                .config(LibreChatConfig.fromObject(Map.of(
                        "version", "1.3.0",
                        "cache", true,
                        "fileStrategy", "s3",
                        "interface", Map.of("customWelcome", "Ask away", "fileSearch", false),
                        "registration", Map.of("allowedDomains", List.of("example.com")))))
                .environment(Map.of(
                        "ALLOW_REGISTRATION", "true",
                        "APP_TITLE", "Team chat",
                        "BEDROCK_AWS_DEFAULT_REGION", "us-east-1"))
                .secrets(Map.of(
                        "OPENAI_API_KEY", software.amazon.awscdk.services.ecs.Secret.fromSecretsManager(models, "openai"),
                        "ANTHROPIC_API_KEY", software.amazon.awscdk.services.ecs.Secret.fromSecretsManager(models, "anthropic"),
                        "MEILI_MASTER_KEY", software.amazon.awscdk.services.ecs.Secret.fromSsmParameter(searchKey)))
                .services(LibreChatServices.fromUrls(LibreChatServiceUrls.builder()
                        .meilisearch("http://search.team.internal:7700")
                        .build()))
                .database(LibreChatDatabase.documentDb(LibreChatDocumentDbOptions.builder()
                        .maxCapacity(4)
                        .instances(2)
                        .build()))
                .redis(LibreChatRedis.replicationGroup(LibreChatReplicationGroupOptions.builder()
                        .engine(LibreChatRedisEngine.VALKEY)
                        .replicas(1)
                        .build()))
                .removalPolicy(RemovalPolicy.RETAIN)
                .memorySize(3008)
                .maxWorkers(5)
                .geoRestriction(GeoRestriction.allowlist("DE", "FR"))
                .logRetention(RetentionDays.THREE_MONTHS)
                .environmentName("team")
                .tags(Map.of("CostCenter", "chat"))
                .build();

        chat.getConnections().allowTo(Peer.ipv4("10.1.0.0/16"), Port.tcp(8443), "LibreChat to a model of our own");
        chat.getGrantPrincipal().addToPrincipalPolicy(PolicyStatement.Builder.create()
                .actions(List.of("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"))
                .resources(List.of("arn:aws:bedrock:us-east-1::foundation-model/*"))
                .build());
        final var backup = Role.Builder.create(stack, "Backup")
                .assumedBy(new ServicePrincipal("backup.amazonaws.com"))
                .build();
        chat.getFilesBucket().grantRead(backup);
        chat.metricErrors(MetricOptions.builder().period(Duration.minutes(1)).build())
                .createAlarm(stack, "Errors", CreateAlarmOptions.builder().threshold(1).evaluationPeriods(3).build());

        CfnOutput.Builder.create(stack, "Distribution").value(chat.getDistribution().getDistributionId()).build();

        app.synth();
    }
}
