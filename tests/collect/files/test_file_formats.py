"""Every format the audit says it reads: one tiny realistic file each, through the real collector and catalogue.

Each row is a file's path, its text, and a dependency that must be reported because of it.
"""

import pytest
from msgspec.structs import replace

from toolkit.catalog.folders import load
from toolkit.collect.files import collect_files
from toolkit.identify.dependencies import identify
from toolkit.model import Platform

MANIFESTS = {
    "requirements.txt": ("requirements.txt", "boto3==1.34.0\nstripe==8.0\n", "stripe"),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\nstripe = "^8"\n', "stripe"),
    "pep-621": ("pyproject.toml", '[project]\nname = "x"\ndependencies = [\n  "stripe>=8",\n]\n', "stripe"),
    "pdm": ("pyproject.toml", '[project]\ndependencies = ["stripe~=8.0"]\n[tool.pdm]\n', "stripe"),
    "pipenv": ("Pipfile", '[packages]\nstripe = "*"\n', "stripe"),
    "setup.py": ("setup.py", 'from setuptools import setup\nsetup(install_requires=["stripe>=8"])\n', "stripe"),
    "setup.cfg": ("setup.cfg", "[options]\ninstall_requires =\n    stripe>=8\n", "stripe"),
    "conda": ("environment.yml", "dependencies:\n  - python=3.12\n  - pip:\n      - stripe==8.0\n", "stripe"),
    "npm": ("package.json", '{"dependencies": {"stripe": "^14.0.0"}}', "stripe"),
    "deno": ("deno.json", '{"imports": {"stripe": "npm:stripe@^14"}}', "stripe"),
    "gem": ("Gemfile", 'source "https://rubygems.org"\ngem "stripe"\n', "stripe"),
    "gemspec": ("x.gemspec", 'Gem::Specification.new do |s|\n  s.add_dependency "stripe", "~> 10"\nend\n', "stripe"),
    "go": ("go.mod", "module x\n\nrequire github.com/stripe/stripe-go/v76 v76.0.0\n", "stripe"),
    "composer": ("composer.json", '{"require": {"stripe/stripe-php": "^13"}}', "stripe"),
    "maven": (
        "pom.xml",
        "<project><dependency><groupId>com.stripe</groupId><artifactId>stripe-java</artifactId></dependency></project>",
        "stripe",
    ),
    "gradle": ("build.gradle", "dependencies {\n  implementation 'com.stripe:stripe-java:24.0.0'\n}\n", "stripe"),
    "gradle map": (
        "build.gradle",
        "dependencies {\n  implementation group: 'com.stripe', name: 'stripe-java', version: '24.0.0'\n}\n",
        "stripe",
    ),
    "gradle kotlin": (
        "build.gradle.kts",
        'dependencies {\n  implementation("com.stripe:stripe-java:24")\n}\n',
        "stripe",
    ),
    "gradle catalogue": (
        "gradle/libs.versions.toml",
        '[libraries]\nstripe = { module = "com.stripe:stripe-java", version = "24.0.0" }\n',
        "stripe",
    ),
    "gradle catalogue by group": (
        "gradle/libs.versions.toml",
        '[libraries]\nstripe = { group = "com.stripe", name = "stripe-java", version = "24.0.0" }\n',
        "stripe",
    ),
    "sbt": ("build.sbt", 'libraryDependencies += "com.stripe" % "stripe-java" % "24.0.0"\n', "stripe"),
    "sbt dependencies": (
        "project/Dependencies.scala",
        'object Dependencies {\n  val stripe = "com.stripe" % "stripe-java" % "24.0.0"\n}\n',
        "stripe",
    ),
    "nuget": (
        "App.csproj",
        '<Project><ItemGroup><PackageReference Include="Stripe.net" Version="43.0.0" /></ItemGroup></Project>',
        "stripe",
    ),
    "paket": ("paket.dependencies", "source https://api.nuget.org/v3/index.json\nnuget Stripe.net ~> 43\n", "stripe"),
    "cargo": ("Cargo.toml", '[dependencies]\nasync-stripe = "0.34"\n', "stripe"),
    "mix": ("mix.exs", 'defp deps do\n  [{:stripity_stripe, "~> 3.0"}]\nend\n', "stripe"),
    "pub": ("pubspec.yaml", "dependencies:\n  flutter:\n    sdk: flutter\n  sentry_flutter: ^7.0.0\n", "sentry"),
    "cocoapods": ("ios/Podfile", "target 'App' do\n  pod 'Sentry', '~> 8.0'\nend\n", "sentry"),
    "swift package": (
        "Package.swift",
        'let p = Package(a: [\n  .package(url: "https://github.com/getsentry/sentry-cocoa", from: "8.0")\n])\n',
        "sentry",
    ),
    "swift resolved": (
        "App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved",
        '{"pins": [{"identity": "sentry-cocoa", "location": "https://github.com/getsentry/sentry-cocoa"}]}',
        "sentry",
    ),
}

CODE = {
    "python": ("app.py", 'import boto3\nclient = boto3.client("ses")\n', "aws/ses"),
    "javascript": ("app.js", 'const { S3Client } = require("@aws-sdk/client-s3");\nnew S3Client({});\n', "aws/s3"),
    "typescript": ("app.ts", 'import { SESClient } from "@aws-sdk/client-ses";\nnew SESClient({});\n', "aws/ses"),
    "ruby": ("app.rb", "client = Aws::S3::Client.new\n", "aws/s3"),
    "go": ("main.go", 'package main\n\nimport "github.com/aws/aws-sdk-go-v2/service/sqs"\n', "aws/sqs"),
    "java": ("A.java", "import software.amazon.awssdk.services.s3.S3Client;\nclass A { }\n", "aws/s3"),
    "kotlin": ("A.kt", "import aws.sdk.kotlin.services.sqs.SqsClient\n", "aws/sqs"),
    "scala": ("A.scala", "import software.amazon.awssdk.services.sqs.SqsClient\nobject A\n", "aws/sqs"),
    "groovy": ("A.groovy", "import software.amazon.awssdk.services.sqs.SqsClient\n", "aws/sqs"),
    "php": ("a.php", "<?php\nuse Aws\\S3\\S3Client;\n$c = new S3Client([]);\n", "aws/s3"),
    "c#": ("A.cs", "using Amazon.S3;\nclass A { }\n", "aws/s3"),
    "f#": ("A.fs", "open Amazon.S3\n", "aws/s3"),
    "rust": ("a.rs", "use aws_sdk_sqs::Client;\n", "aws/sqs"),
    "shell": ("deploy.sh", "aws s3 sync dist s3://bucket\n", "aws/s3"),
    "powershell": ("deploy.ps1", "az webapp deploy --name app --src-path app.zip\n", "azure/app-service"),
    "makefile": ("Makefile", "check:\n\t_ := $(shell aws sts get-caller-identity)\n", "aws/sts"),
    "swift": ("A.swift", "import Sentry\n\nSentrySDK.start { _ in }\n", "sentry"),
    "swift host": ("A.swift", 'let base = "https://api.stripe.com/v1"\n', "stripe"),
    "dart": ("a.dart", "import 'package:sentry_flutter/sentry_flutter.dart';\n", "sentry"),
    "vue": ("a.vue", '<script setup>\nimport * as Sentry from "@sentry/vue";\n</script>\n', "sentry"),
    "svelte": ("a.svelte", '<script>\nimport * as Sentry from "@sentry/svelte";\n</script>\n', "sentry"),
    "html": ("index.html", '<script src="https://js.stripe.com/v3/"></script>\n', "stripe"),
    "razor": ("_Layout.cshtml", '<script src="https://js.stripe.com/v3/"></script>\n', "stripe"),
    "jsp": ("head.jsp", '<script src="https://js.stripe.com/v3/"></script>\n', "stripe"),
    "thymeleaf": ("templates/head.html", '<script th:src="@{https://js.stripe.com/v3/}"></script>\n', "stripe"),
    "nunjucks": ("head.njk", '<script src="https://js.stripe.com/v3/"></script>\n', "stripe"),
}

INFRASTRUCTURE = {
    "terraform": ("main.tf", 'resource "aws_sqs_queue" "q" {\n}\n', "aws/sqs"),
    "opentofu": ("main.tofu", 'resource "aws_sqs_queue" "q" {\n}\n', "aws/sqs"),
    "terraform json": ("main.tf.json", '{"resource": {"aws_sqs_queue": {"q": {}}}}', "aws/sqs"),
    "terragrunt": ("terragrunt.hcl", 'remote_state {\n  backend = "s3"\n}\n', "aws/s3"),
    "tfstate": (
        "terraform.tfstate",
        '{"version": 4, "resources": [{"mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [{}]}]}',
        "aws/sqs",
    ),
    "cloudformation": ("stack.yaml", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n", "aws/sqs"),
    "sam": (
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n",
        "aws/lambda",
    ),
    "cdk typescript": ("cdk/stack.ts", 'import * as sqs from "aws-cdk-lib/aws-sqs";\n', "aws/sqs"),
    "cdk python": ("cdk/stack.py", "from aws_cdk import aws_sqs as sqs\n", "aws/sqs"),
    "cdk java": ("cdk/Stack.java", "import software.amazon.awscdk.services.sqs.Queue;\n", "aws/sqs"),
    "cdk c#": ("cdk/Stack.cs", "using Amazon.CDK.AWS.SQS;\n", "aws/sqs"),
    "cdk go": ("cdk/stack.go", 'package main\n\nimport "github.com/aws/aws-cdk-go/awscdk/v2/awssqs"\n', "aws/sqs"),
    "cdk output": ("cdk.out/X.template.json", '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}', "aws/sqs"),
    "serverless": ("serverless.yml", "provider:\n  name: aws\nfunctions:\n  a:\n    handler: a.b\n", "aws/lambda"),
    "serverless http": (
        "serverless.yml",
        "provider:\n  name: aws\nfunctions:\n  a:\n    handler: a.b\n    events:\n      - http:\n          path: /\n",
        "aws/apigateway",
    ),
    "serverless queue": (
        "serverless.yml",
        "provider:\n  name: aws\nfunctions:\n  a:\n    handler: a.b\n    events:\n      - sqs:\n          arn: x\n",
        "aws/sqs",
    ),
    "serverless typescript": (
        "serverless.ts",
        'import type { AWS } from "@serverless/typescript";\n\nconst config: AWS = { service: "x" };\n',
        "aws/lambda",
    ),
    "pulumi yaml": ("Pulumi.yaml", "name: x\nresources:\n  q:\n    type: aws:sqs:Queue\n", "aws/sqs"),
    "pulumi typescript": (
        "infra/index.ts",
        'import * as aws from "@pulumi/aws";\n\nconst q = new aws.sqs.Queue("q");\n',
        "aws/sqs",
    ),
    "pulumi python": (
        "infra/__main__.py",
        'import pulumi_aws as aws\n\nq = aws.sqs.Queue("q")\n',
        "aws/sqs",
    ),
    "pulumi python import": ("infra/__main__.py", "from pulumi_aws import ec2, sqs\n", "aws/sqs"),
    "pulumi python azure": (
        "infra/__main__.py",
        "from pulumi_azure_native import network, dbforpostgresql\n",
        "azure/virtual-network",
    ),
    "pulumi python type": (
        "infra/__main__.py",
        'from pulumi_azure_native import network\n\ngateway = network.ApplicationGateway("g")\n',
        "azure/app-gateway",
    ),
    "pulumi go": (
        "infra/main.go",
        'package main\n\nimport "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"\n',
        "aws/sqs",
    ),
    "pulumi c#": ("infra/Stack.cs", "using Pulumi.Aws.Sqs;\n", "aws/sqs"),
    "pulumi gcp": (
        "infra/index.ts",
        'import * as gcp from "@pulumi/gcp";\n\nnew gcp.cloudrunv2.Service("s", {});\n',
        "google-cloud/run",
    ),
    "kubernetes": (
        "k8s/bucket.yaml",
        "apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\nmetadata:\n  name: x\n",
        "aws/s3",
    ),
    "helm values": ("chart/values.yaml", "image:\n  repository: 123.dkr.ecr.eu-west-1.amazonaws.com/app\n", "aws/ecr"),
    "helm chart": (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: x\ndependencies:\n  - name: datadog\n    repository: https://helm.datadoghq.com\n",
        "datadog",
    ),
    "kustomize": (
        "base/kustomization.yaml",
        "kind: Kustomization\nimages:\n  - name: app\n    newName: eu.gcr.io/project/app\n",
        "gcr",
    ),
    "compose": ("docker-compose.yml", "services:\n  db:\n    image: ghcr.io/acme/db:1\n", "ghcr"),
    "dockerfile": ("Dockerfile", "FROM mcr.microsoft.com/dotnet/sdk:8.0\n", "mcr"),
    "containerfile": ("Containerfile", "FROM quay.io/acme/app:1\n", "quay"),
    "bicep": (
        "infra/main.bicep",
        "resource sb 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {\n  name: 'x'\n}\n",
        "azure/service-bus",
    ),
    "arm template": (
        "azure/template.json",
        '{"resources": [\n  {"type": "Microsoft.Web/sites", "apiVersion": "2022-03-01"}\n]}',
        "azure/app-service",
    ),
    "azapi": (
        "main.tf",
        'resource "azapi_resource" "x" {\n  type = "Microsoft.App/containerApps@2023-05-01"\n}\n',
        "azure/container-apps",
    ),
    "azd": ("azure.yaml", "name: x\nservices:\n  web:\n    host: containerapp\n", "azure/container-apps"),
    "config connector": (
        "k8s/topic.yaml",
        "apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\n",
        "google-cloud/pubsub",
    ),
    "azure service operator": (
        "k8s/db.yaml",
        "apiVersion: dbforpostgresql.azure.com/v1api20221201\nkind: FlexibleServer\n",
        "azure/postgres",
    ),
    "crossplane": ("k8s/q.yaml", "apiVersion: sqs.aws.upbound.io/v1beta1\nkind: Queue\n", "aws/sqs"),
    "app engine": (
        "app.yaml",
        "runtime: python312\nentrypoint: gunicorn -b :$PORT main:app\n",
        "google-cloud/app-engine",
    ),
    "heroku": ("app.json", '{"addons": ["heroku-postgresql:mini"]}', "heroku"),
    "render": ("render.yaml", "services:\n  - type: web\n    name: x\n", "render"),
    "railway": ("railway.toml", '[build]\nbuilder = "NIXPACKS"\n', "railway"),
    "fly": ("fly.toml", 'app = "x"\n', "fly-io"),
    "vercel": ("vercel.json", '{"rewrites": []}', "vercel"),
    "netlify": ("netlify.toml", "[build]\n", "netlify"),
    "cloudflare workers": ("wrangler.toml", 'name = "x"\n', "cloudflare/workers"),
    "cloudflare workers json": ("wrangler.jsonc", '{"name": "x"}', "cloudflare/workers"),
    "sst": ("sst.config.ts", 'export default $config({ app() { return { name: "x", home: "aws" }; } });\n', "aws"),
    "firebase": ("firebase.json", '{\n  "hosting": {\n    "public": "dist"\n  }\n}', "firebase/hosting"),
    "amplify": (
        "amplify.yml",
        "version: 1\nfrontend:\n  phases:\n    build:\n      commands: [npm ci]\n",
        "aws/amplify",
    ),
    "beanstalk": (".ebextensions/01.config", "option_settings:\n  X: y\n", "aws/elasticbeanstalk"),
    "copilot": ("copilot/api/manifest.yml", "name: api\ntype: Load Balanced Web Service\n", "aws/ecs"),
    "ecs task definition": (
        "task-definition.json",
        '{\n  "family": "x",\n  "requiresCompatibilities": ["FARGATE"],\n  "containerDefinitions": []\n}',
        "aws/ecs",
    ),
    "codedeploy": ("appspec.yml", "version: 0.0\nos: linux\n", "aws/codedeploy"),
    "ansible": (
        "ansible/site.yml",
        "- hosts: localhost\n  tasks:\n    - name: Bucket\n      amazon.aws.s3_bucket:\n        name: x\n",
        "aws/s3",
    ),
    "packer": ("image.pkr.hcl", 'source "amazon-ebs" "x" {\n  region = "eu-west-1"\n}\n', "aws/ec2"),
}

PIPELINES = {
    "github": (
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: codecov/codecov-action@v4\n",
        "codecov",
    ),
    "github composite": (
        ".github/actions/x/action.yml",
        "runs:\n  using: composite\n  steps:\n    - uses: codecov/codecov-action@v4\n",
        "codecov",
    ),
    "gitlab": (".gitlab-ci.yml", "a:\n  image: quay.io/acme/a\n  script:\n    - aws s3 sync a s3://b\n", "aws/s3"),
    "circleci": (".circleci/config.yml", "version: 2.1\norbs:\n  codecov: codecov/codecov@4.0.0\n", "codecov"),
    "azure": ("azure-pipelines.yml", "steps:\n  - task: SonarCloudPrepare@1\n", "sonarcloud"),
    "azure template": ("pipeline-templates/job/build.yml", "steps:\n- task: SonarCloudPrepare@1\n", "sonarcloud"),
    "azure deploy": ("azure-pipelines.yml", "steps:\n  - task: AzureWebApp@1\n    inputs: {}\n", "azure/app-service"),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: atlassian/aws-s3-deploy:1.1.0\n",
        "aws/s3",
    ),
    "buildkite": (
        ".buildkite/pipeline.yml",
        "steps:\n  - command: make\n    plugins:\n      - ecr#v2.7.0:\n          login: true\n",
        "aws/ecr",
    ),
    "travis": (".travis.yml", "deploy:\n  provider: s3\n  bucket: x\n", "aws/s3"),
    "jenkins": (
        "Jenkinsfile",
        "pipeline { stages { stage('x') { steps { sh 'aws s3 sync a s3://b' } } } }\n",
        "aws/s3",
    ),
    "woodpecker": (".woodpecker.yml", "steps:\n  a:\n    image: quay.io/acme/a\n", "quay"),
    "drone": (".drone.yml", "kind: pipeline\nsteps:\n  - name: a\n    image: quay.io/acme/a\n", "quay"),
    "codebuild": (
        "buildspec.yml",
        "version: 0.2\nphases:\n  build:\n    commands:\n      - aws s3 sync a s3://b\n",
        "aws/codebuild",
    ),
    "cloud build": ("cloudbuild.yaml", "steps:\n  - name: gcr.io/cloud-builders/docker\n", "google-cloud/build"),
    "cirrus": (".cirrus.yml", "task:\n  script: make\n", "cirrus-ci"),
    "appveyor": ("appveyor.yml", "version: 1.0\n", "appveyor"),
    "semaphore": (".semaphore/semaphore.yml", "version: v1.0\n", "semaphore"),
    "bitrise": ("bitrise.yml", "format_version: '11'\n", "bitrise"),
    "codemagic": ("codemagic.yaml", "workflows:\n  a:\n    name: x\n", "codemagic"),
}

MOBILE = {
    "google services": ("android/app/google-services.json", '{"project_info": {"project_id": "x"}}', "firebase"),
    "google services ios": (
        "ios/GoogleService-Info.plist",
        "<plist><dict><key>PROJECT_ID</key></dict></plist>",
        "firebase",
    ),
    "android manifest": (
        "app/src/main/AndroidManifest.xml",
        '<manifest><meta-data android:name="com.google.android.geo.API_KEY" android:value="x"/></manifest>',
        "google-maps",
    ),
    "entitlements": (
        "ios/App.entitlements",
        "<plist><dict>\n<key>aps-environment</key>\n<string>production</string></dict></plist>",
        "apple-apns",
    ),
    "entitlements login": (
        "ios/App.entitlements",
        "<plist><dict>\n<key>com.apple.developer.applesignin</key>\n<array/></dict></plist>",
        "apple-login",
    ),
    "fastlane ios": (
        "fastlane/Fastfile",
        "lane :beta do\n  upload_to_testflight(skip_waiting: true)\nend\n",
        "apple-app-store",
    ),
    "fastlane android": (
        "fastlane/Fastfile",
        "lane :beta do\n  upload_to_play_store(track: 'beta')\nend\n",
        "google-play",
    ),
    "expo": ("eas.json", '{"build": {"production": {}}}', "expo"),
}

CONFIGURATION = {
    "env": (".env.example", "STRIPE_SECRET_KEY=\n", "stripe"),
    "yaml": ("config/app.yml", "production:\n  url: https://api.stripe.com\n", "stripe"),
    "json": ("config/app.json5", '{"url": "https://api.stripe.com"}', "stripe"),
    "toml": ("config.toml", 'url = "https://api.stripe.com"\n', "stripe"),
    "properties": ("src/main/resources/application.properties", "stripe.url=https://api.stripe.com\n", "stripe"),
    "spring yaml": (
        "src/main/resources/application.yml",
        "stripe:\n  url: ${STRIPE_URL:https://api.stripe.com}\n",
        "stripe",
    ),
    "appsettings": ("appsettings.json", '{"Stripe": {"Url": "https://api.stripe.com"}}', "stripe"),
    "xml": ("web.config", '<add key="url" value="https://api.stripe.com/v1" />\n', "stripe"),
    "npmrc": (".npmrc", "@acme:registry=https://npm.pkg.github.com\n", "ghcr"),
    "nuget config": ("NuGet.Config", '<add key="gh" value="https://nuget.pkg.github.com/acme/index.json" />\n', "ghcr"),
    "maven settings": ("settings.xml", "<url>https://maven.pkg.github.com/acme/x</url>\n", "ghcr"),
    "gradle repository": (
        "build.gradle",
        'repositories {\n  maven {\n    url "https://maven.pkg.github.com/acme/x"\n  }\n}\n',
        "ghcr",
    ),
    "zone": ("zones/acme.zone", "$ORIGIN acme.org.\n@ IN MX 1 aspmx.l.google.com.\n", "google-workspace"),
    "well-known": ("public/.well-known/apple-developer-merchantid-domain-association", "7B", "apple-pay"),
}

ROWS = {
    f"{area}: {name}": row
    for area, rows in (
        ("manifest", MANIFESTS),
        ("code", CODE),
        ("infrastructure", INFRASTRUCTURE),
        ("pipeline", PIPELINES),
        ("mobile", MOBILE),
        ("configuration", CONFIGURATION),
    )
    for name, row in rows.items()
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Name of a row -> the dependencies of its file alone. All files are collected in one go."""
    catalog = load()
    base = tmp_path_factory.mktemp("formats")
    roots = {name: base / str(number) for number, name in enumerate(ROWS)}
    for name, (path, text, _) in ROWS.items():
        file = roots[name] / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    survey = collect_files(roots, catalog)
    assert not survey.unread
    alone = {
        name: replace(survey, evidence=tuple(one for one in survey.evidence if one.root == name)) for name in roots
    }
    return {name: {one.id for one in identify(alone[name], Platform(), catalog)} for name in roots}


@pytest.mark.parametrize("name", ROWS)
def test_format_yields_a_dependency(name: str, found: dict[str, set[str]]) -> None:
    assert ROWS[name][2] in found[name]
