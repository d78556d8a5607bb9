package com.example;

import io.github.librechatserverless.cdk.LibreChatServerless;
import software.amazon.awscdk.Stack;

public class App {
    public static void main(final String[] args) {
        final var app = new software.amazon.awscdk.App();
        final var stack = new Stack(app, "LibreChat");

        new LibreChatServerless(stack, "Chat");

        app.synth();
    }
}
