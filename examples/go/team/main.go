package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"
	librechat "github.com/librechat-serverless/cdk-librechat-serverless-go/cdklibrechatserverless"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("LibreChatTeam"), nil)

	models := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Models"), jsii.String("librechat/models"))
	searchKey := awsssm.StringParameter_FromSecureStringParameterAttributes(stack, jsii.String("SearchKey"),
		&awsssm.SecureStringParameterAttributes{ParameterName: jsii.String("/librechat/meilisearch")})

	config := map[string]any{
		"version":      "1.3.0",
		"cache":        true,
		"fileStrategy": "s3",
		"interface":    map[string]any{"customWelcome": "Ask away", "fileSearch": false},
		"registration": map[string]any{"allowedDomains": []string{"example.com"}},
	}

	chat := librechat.NewLibreChatServerless(stack, jsii.String("Chat"), &librechat.LibreChatServerlessProps{
		Vpc: awsec2.NewVpc(stack, jsii.String("Network"), &awsec2.VpcProps{
			MaxAzs:      jsii.Number(2),
			NatGateways: jsii.Number(1),
		}),
		Image: librechat.LibreChatImage_FromDockerBuild(&librechat.LibreChatDockerBuildOptions{
			Version: jsii.String("v0.8.8"),
		}),
		Config: librechat.LibreChatConfig_FromObject(&config),
		Environment: &map[string]*string{
			"ALLOW_REGISTRATION":         jsii.String("true"),
			"APP_TITLE":                  jsii.String("Team chat"),
			"BEDROCK_AWS_DEFAULT_REGION": jsii.String("us-east-1"),
		},
		Secrets: &map[string]awsecs.Secret{
			"OPENAI_API_KEY":    awsecs.Secret_FromSecretsManager(models, jsii.String("openai")),
			"ANTHROPIC_API_KEY": awsecs.Secret_FromSecretsManager(models, jsii.String("anthropic")),
			"MEILI_MASTER_KEY":  awsecs.Secret_FromSsmParameter(searchKey),
		},
		Services: librechat.LibreChatServices_FromUrls(&librechat.LibreChatServiceUrls{
			Meilisearch: jsii.String("http://search.team.internal:7700"),
		}),
		Database: librechat.LibreChatDatabase_DocumentDb(&librechat.LibreChatDocumentDbOptions{
			MaxCapacity: jsii.Number(4),
			Instances:   jsii.Number(2),
		}),
		Redis: librechat.LibreChatRedis_ReplicationGroup(&librechat.LibreChatReplicationGroupOptions{
			Engine:   librechat.LibreChatRedisEngine_VALKEY,
			Replicas: jsii.Number(1),
		}),
		RemovalPolicy:                awscdk.RemovalPolicy_RETAIN,
		MemorySize:                   jsii.Number(3008),
		MaxWorkers: jsii.Number(5),
		GeoRestriction:               awscloudfront.GeoRestriction_Allowlist(jsii.String("DE"), jsii.String("FR")),
		LogRetention:                 awslogs.RetentionDays_THREE_MONTHS,
		EnvironmentName:              jsii.String("team"),
		Tags:                         &map[string]*string{"CostCenter": jsii.String("chat")},
	})

	chat.Connections().AllowTo(awsec2.Peer_Ipv4(jsii.String("10.1.0.0/16")), awsec2.Port_Tcp(jsii.Number(8443)),
		jsii.String("LibreChat to a model of our own"))
	chat.GrantPrincipal().AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
		Resources: jsii.Strings("arn:aws:bedrock:us-east-1::foundation-model/*"),
	}))
	backup := awsiam.NewRole(stack, jsii.String("Backup"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("backup.amazonaws.com"), nil),
	})
	chat.FilesBucket().GrantRead(backup, nil)
	chat.MetricErrors(&awscloudwatch.MetricOptions{Period: awscdk.Duration_Minutes(jsii.Number(1))}).
		CreateAlarm(stack, jsii.String("Errors"), &awscloudwatch.CreateAlarmOptions{
			Threshold:         jsii.Number(1),
			EvaluationPeriods: jsii.Number(3),
		})

	awscdk.NewCfnOutput(stack, jsii.String("Distribution"), &awscdk.CfnOutputProps{
		Value: chat.Distribution().DistributionId(),
	})

	app.Synth(nil)
}
