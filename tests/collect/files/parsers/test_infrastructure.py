"""Infrastructure as code, containers and platform files."""

import json
import textwrap
from collections.abc import Iterator
from types import ModuleType

import pytest

from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers import (
    ansible,
    cloudformation,
    compose,
    discover,
    dockerfile,
    hcl,
    kubernetes,
    platforms,
    shell,
    tfstate,
)
from toolkit.collect.files.parsers._images import normal


def found(parser: ModuleType, text: str, path: str = "x") -> set[tuple[int, str, str]]:
    """Line, kind and value of everything that counts."""
    mentions: Iterator[Mention] = parser.parse(path, textwrap.dedent(text).lstrip("\n"))
    return {(mention.line, mention.kind, mention.value) for mention in mentions if mention.discard is None}


def test_terraform() -> None:
    text = """
        terraform {
          required_providers {
            datadog = { source = "DataDog/datadog", version = "~> 3" }
            aws     = "~> 2.0"
          }
          backend "s3" { bucket = "state" }
        }
        # resource "aws_sqs_queue" "old" {}  https://old.example.com
        resource "aws_s3_bucket" "media" {
          count  = 3
          bucket = "media.${var.region}.amazonaws.com"
        }
        data "aws_iam_policy_document" "d" {
          statement { actions = ["ecs:RunTask", "sns:Publish*", "sqs:*", "ds:Describe*", "glue:ListJobs"] }
        }
        module "bucket" { source = "terraform-aws-modules/s3-bucket/aws//modules/notification" }
        module "own" { source = "./own" }
        module "cache" { source = "git::https://github.com/acme/modules.git//cache?ref=v1" }
        module "queue" { source = "git@github.com:acme/queue" }
        module "key" { source = "./vendor/modules/aks//aks/secrets" }
        provider "okta" { org_name = "x" }
        locals { image = "public.ecr.aws/docker/library/redis:7" }
        variable "slack_webhook_url" {}
    """
    assert found(hcl, text, "main.tf") == {
        (3, "tf_provider", "datadog/datadog"),
        (4, "tf_provider", "hashicorp/aws"),
        (6, "tf_resource", "backend.s3"),
        (9, "tf_resource", "aws_s3_bucket"),
        (11, "host", "media.*.amazonaws.com"),
        (13, "tf_resource", "aws_iam_policy_document"),
        (23, "env", "SLACK_WEBHOOK_URL"),
        (14, "arn", "ecs"),
        (14, "arn", "sns"),
        (16, "tf_resource", "module.terraform-aws-modules/s3-bucket/aws"),
        (16, "tf_provider", "hashicorp/aws"),
        (18, "tf_resource", "module.acme/modules//cache"),
        (18, "host", "github.com"),
        (18, "host", "github.com/acme"),
        (19, "tf_resource", "module.acme/queue"),
        (20, "tf_resource", "module.vendor/modules/aks//aks/secrets"),
        (21, "tf_provider", "hashicorp/okta"),
        (22, "image", "public.ecr.aws/docker/library/redis"),
        (22, "host", "public.ecr.aws"),
        (22, "host", "public.ecr.aws/docker"),
    }


def test_terraform_marks_its_role_and_comments() -> None:
    mentions = list(hcl.parse("main.tf", '# https://old.example.com\nresource "aws_sqs_queue" "q" {}\n'))
    assert {(m.value, m.role, m.discard, m.quantity) for m in mentions} == {
        ("aws_sqs_queue", "infra", None, 1),
        ("old.example.com", "infra", "comment", 1),
    }


def test_terraform_state_counts_instances_and_keeps_no_value() -> None:
    state = {
        "version": 4,
        "resources": [
            {"type": "aws_instance", "provider": 'provider["registry.example.com/hashicorp/aws"]',
             "instances": [{"attributes": {"password": "hunter2"}}, {}]},
            {"type": "aws_instance", "provider": 'module.x.provider["registry.example.com/hashicorp/aws"]',
             "instances": [{}]},
        ],
    }  # fmt: skip
    mentions = list(tfstate.parse("terraform.tfstate", json.dumps(state, indent=1)))
    assert [(m.kind, m.value, m.quantity, m.line) for m in mentions] == [
        ("tf_resource", "aws_instance", 3, 5),
        ("tf_provider", "hashicorp/aws", 1, 6),
    ]


def test_terraform_plan() -> None:
    plan = {
        "planned_values": {"root_module": {"child_modules": [{"resources": [{"type": "okta_user"}]}]}},
        "resource_changes": [{"type": "okta_user", "provider_name": "registry.example.com/okta/okta"}],
    }
    assert {m.value for m in tfstate.parse("plan.json", json.dumps(plan))} == {"okta_user", "okta/okta"}


def test_state_that_is_none_is_unread() -> None:
    with pytest.raises(Unparsed):
        list(tfstate.parse("terraform.tfstate", "{"))


def test_cloudformation_in_yaml_and_json() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Vpc: {Type: AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>}
        Resources:
          Queue: !Unknown
            Type: "AWS::SQS::Queue"
          # Type: AWS::SNS::Topic
    """
    assert found(cloudformation, text, "template.yaml") == {
        (1, "cfn", "AWS::Serverless-2016-10-31"),
        (3, "cfn", "AWS::SSM::Parameter::Value"),
        (3, "cfn", "AWS::EC2::VPC::Id"),
        (6, "cfn", "AWS::SQS::Queue"),
    }
    assert found(cloudformation, '{"Resources": {"a": {"Type": "AWS::SNS::Topic"}}}') == {(1, "cfn", "AWS::SNS::Topic")}


def test_kubernetes_and_helm_templates() -> None:
    text = """
        {{- if .Values.bucket }}
        apiVersion: s3.services.k8s.aws/v1alpha1
        kind: Bucket
        metadata:
          annotations:
            eks.amazonaws.com/role-arn: {{ .Values.role }}
        {{- end }}
        ---
        apiVersion: apps/v1
        kind: Deployment
        spec:
          ingressClassName: alb
          storageClassName: gp3
          containers:
            - image: "quay.io/org/app:{{ .Values.tag }}"
            - image: "{{ .Values.image }}"
            # - image: ghcr.io/old/app
    """
    assert found(kubernetes, text, "templates/x.yaml") == {
        (3, "k8s", "s3.services.k8s.aws/Bucket"),
        (6, "k8s", "annotation/eks.amazonaws.com/role-arn"),
        (12, "k8s", "ingressclass/alb"),
        (13, "k8s", "storageclass/gp3"),
        (15, "image", "quay.io/org/app"),
        (15, "host", "quay.io"),
    }


def test_helm_values() -> None:
    text = """
        image:
          registry: ghcr.io
          repository: org/app
          tag: "1"
        sidecar:
          repository: bitnami/redis
        chart:
          repository: https://charts.example.com
    """
    assert {entry for entry in found(kubernetes, text, "values.yaml") if entry[1] == "image"} == {
        (3, "image", "ghcr.io/org/app"),
        (6, "image", "docker.io/bitnami/redis"),
    }


def test_yaml_that_is_no_manifest_yields_nothing() -> None:
    assert found(kubernetes, "image: postgres\nkind: x\n", "config.yml") == set()
    assert found(cloudformation, "Type: S3\n", "config.yml") == set()


def test_ansible() -> None:
    text = """
        - hosts: all
          tasks:
            - name: bucket
              amazon.aws.s3_bucket: {name: x}
            - ansible.builtin.apt: {name: nginx}
            - community.general.pagerduty:
                state: running
    """
    assert found(ansible, text, "site.yml") == {
        (4, "config", "ansible/amazon.aws.s3_bucket"),
        (6, "config", "ansible/community.general.pagerduty"),
    }


def test_compose() -> None:
    text = """
        services:
          web:
            build: .
            image: ${REGISTRY:-ghcr.io}/org/web:1
            environment:
              TWILIO_SID: x
              URL: https://api.example.com
          db:
            image: postgres:16  # https://hub.example.com
            environment: ["SENTRY_DSN=x"]
            logging: {driver: awslogs}
            command: aws s3 sync s3://b .
    """
    assert found(compose, text, "compose.yml") == {
        (4, "image", "ghcr.io/org/web"),
        (4, "host", "ghcr.io"),
        (6, "env", "TWILIO_SID"),
        (7, "env", "URL"),
        (7, "host", "api.example.com"),
        (9, "image", "docker.io/library/postgres"),
        (10, "env", "SENTRY_DSN"),
        (11, "config", "logging/awslogs"),
        (12, "call", "aws-cli(s3)"),
        (12, "uri", "s3"),
    }


def test_compose_with_aliases_is_read_once() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nservices: {web: {image: redis, command: *c}}\n"
    assert (4, "image", "docker.io/library/redis") in found(compose, bomb)


def test_dockerfile() -> None:
    text = """
        # syntax=docker/dockerfile:1
        ARG BASE=python:3.12
        ARG REG=public.ecr.aws
        FROM --platform=$BUILDPLATFORM ${BASE} AS build
        RUN curl -fsSL https://deb.example.com/setup | bash - && \\
            # a comment, https://not.example.com
            aws s3 cp s3://bucket/x .
        FROM $REG/docker/library/nginx
        COPY --from=build /x /x
        COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
        FROM build
        ENV SENTRY_DSN=x NODE_ENV=production
    """
    result = found(dockerfile, text, "Dockerfile")
    assert {entry for entry in result if entry[1] == "image"} == {
        (1, "image", "docker.io/docker/dockerfile"),
        (4, "image", "docker.io/library/python"),
        (8, "image", "public.ecr.aws/docker/library/nginx"),
        (10, "image", "ghcr.io/astral-sh/uv"),
    }
    assert (5, "host", "deb.example.com") in result
    assert (12, "env", "SENTRY_DSN") in result
    assert "aws-cli(s3)" in {value for _, _, value in result}
    assert "not.example.com" not in {value for _, _, value in result}


@pytest.mark.parametrize(
    "text",
    [
        'FROM node:20\nCOPY package.json yarn.lock /app/\nCMD ["yarn", "dev"]\n',
        'FROM node:20\nCMD ["sh", "-c", "yarn install && yarn dev"]\n',
        "FROM ruby:3.3\nCOPY Gemfile Gemfile.lock /app/\nRUN bundle install\n",
    ],
)
def test_an_image_that_the_program_is_mounted_into_is_a_workstations(text: str) -> None:
    assert {mention.role for mention in dockerfile.parse("Dockerfile", text)} == {"developer"}


@pytest.mark.parametrize(
    "text",
    [
        "FROM ruby:3.3\nCOPY Gemfile Gemfile.lock /app/\nRUN bundle install\nCOPY . /app\n",
        "FROM node:20 AS dev\nCMD yarn dev\nFROM node:20\nCOPY --from=dev /app /app\nCMD node server.js\n",
        "FROM postgres:16\nRUN apt-get install postgis\n",  # a program of others' is in it already
    ],
)
def test_an_image_with_the_program_in_it_is_no_workstations(text: str) -> None:
    assert "developer" not in {mention.role for mention in dockerfile.parse("Dockerfile", text)}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("postgres:16", "docker.io/library/postgres"),
        ("bitnami/redis@sha256:ab", "docker.io/bitnami/redis"),
        ("index.docker.io/library/nginx", "docker.io/library/nginx"),
        ("GHCR.io/x/y:z", "ghcr.io/x/y"),
        ("mcr.microsoft.com/dotnet/sdk:8.0", "mcr.microsoft.com/dotnet/sdk"),
        ("${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/app:1", "*.dkr.ecr.*.amazonaws.com/app"),
        ("docker://alpine:3", "docker.io/library/alpine"),
        ("localhost:5000/x", None),
        ("scratch", None),
        ("$IMAGE", None),
        ("${REGISTRY}/app", None),
        ("not an image", None),
    ],
)
def test_image_references(reference: str, expected: str | None) -> None:
    assert normal(reference) == expected


def test_shell() -> None:
    text = """
        #!/bin/sh
        # aws s3 ls https://old.example.com
        export SENTRY_DSN=x
        sudo FOO=bar /usr/bin/heroku container:push web && docker push "$IMAGE_NAME"
        if gcloud --project x run deploy; then echo "${OKTA_TOKEN}"; fi
        curl -fsSL https://get.example.com |
          sh
    """
    result = found(shell, text, "deploy.sh")
    assert {
        (3, "env", "SENTRY_DSN"),
        (4, "call", "heroku-cli(container:push)"),
        (4, "call", "docker-cli(push)"),
        (5, "call", "gcloud-cli(run)"),
        (5, "env", "OKTA_TOKEN"),
        (6, "host", "get.example.com"),
    } <= result
    assert not {entry for entry in result if entry[0] == 2}


def test_platform_files() -> None:
    assert {(m.line, m.kind, m.value) for m in platforms.parse("app.json", textwrap.dedent("""\
        {
          "addons": ["heroku-postgresql:mini", {"plan": "papertrail"}],
          "buildpacks": [{"url": "heroku/nodejs"}],
          "env": {"SENTRY_DSN": {"required": true}}
        }"""))} >= {
        (2, "config", "addon/heroku-postgresql"),
        (2, "config", "addon/papertrail"),
        (3, "config", "buildpack/heroku/nodejs"),
    }  # fmt: skip
    serverless = """
        service: x
        provider: {name: aws, environment: {STRIPE_KEY: x}}
        plugins: [serverless-domain-manager]
        functions:
          f: {handler: f, events: [{sqs: arn:aws:sqs:eu-west-1:1:q}]}
        resources: {Resources: {T: {Type: AWS::DynamoDB::Table}}}
    """
    assert found(platforms, serverless, "serverless.yml") >= {
        (2, "config", "serverless-provider/aws"),
        (2, "env", "STRIPE_KEY"),
        (3, "config", "serverless-plugin/serverless-domain-manager"),
        (5, "config", "serverless-event/sqs"),
        (5, "arn", "sqs"),
        (6, "cfn", "AWS::DynamoDB::Table"),
    }
    pulumi = "runtime: yaml\nconfig: {aws:region: x}\nresources: {b: {type: 'aws:s3/bucket:Bucket'}}\n"
    assert found(platforms, pulumi, "Pulumi.yaml") == {(2, "pulumi", "aws:region"), (3, "pulumi", "aws:s3:Bucket")}
    netlify = '[[plugins]]\npackage = "@sentry/netlify-build-plugin"\n# https://docs.example.com\n'
    assert found(platforms, netlify, "netlify.toml") == {(2, "config", "plugin/@sentry/netlify-build-plugin")}
    assert found(platforms, "web: bundle exec puma\n", "Procfile") == {(1, "call", "bundle-cli(exec)")}


@pytest.mark.parametrize(
    ("count", "off"),
    [("0", True), ("1", False), ("var.cdn ? 1 : 0", True), ("!var.cdn ? 1 : 0", False), ("var.on ? 1 : 0", False),
     ("var.on ? 0 : 1", True), ("var.elsewhere ? 1 : 0", False), ("length(var.zones)", False)],
)  # fmt: skip
def test_what_terraform_does_not_make_is_off(count: str, off: bool) -> None:
    (hcl,) = (parser for parser in discover() if parser.name == "hcl")
    text = (
        'variable "cdn" { default = false }\nvariable "on" {\n  type = bool\n  default = true\n}\n'
        f'resource "aws_cloudfront_distribution" "x" {{\n  count = {count}\n}}\n'
        f'module "m" {{\n  count = {count}\n  source = "terraform-aws-modules/lambda/aws"\n}}\n'
        'resource "aws_sqs_queue" "q" {}\n'
    )
    found = {m.value: m.discard for m in hcl.parse("main.tf", text) if m.kind == "tf_resource"}
    reason = "off" if off else None
    assert found == {
        "aws_cloudfront_distribution": reason,
        "module.terraform-aws-modules/lambda/aws": reason,
        "aws_sqs_queue": None,
    }
