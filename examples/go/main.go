package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	librechat "github.com/librechat-serverless/cdk-librechat-serverless-go/cdklibrechatserverless"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("LibreChat"), nil)

	librechat.NewLibreChatServerless(stack, jsii.String("Chat"), nil)

	app.Synth(nil)
}
