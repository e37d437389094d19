"""Continuous integration: what pipelines of each product yield. Everything has the role build/ci."""

import textwrap
from types import ModuleType

import pytest

from toolkit.collect.files.mention import Mention, Unparsed
from toolkit.collect.files.parsers import ci_pipelines, github_workflows, jenkins


def parsed(parser: ModuleType, text: str, path: str) -> list[Mention]:
    return list(parser.parse(path, textwrap.dedent(text).lstrip("\n")))


def found(parser: ModuleType, text: str, path: str) -> set[tuple[int, str, str]]:
    mentions = [mention for mention in parsed(parser, text, path) if mention.discard is None]
    assert {mention.role for mention in mentions} == {"build/ci"}
    return {(mention.line, mention.kind, mention.value) for mention in mentions}


def test_github_workflow() -> None:
    text = """
        name: Deploy to https://named.example.com
        on: push
        jobs:
          a:
            runs-on: ubuntu-latest
            container: node:22
            services: {db: {image: "postgres:16"}}
            env: {APP_STAGE: test}
            steps:
              # - uses: old/action@v1 see https://old.example.com
              - uses: aws-actions/configure-aws-credentials@v4
                with: {registry: ghcr.io, token: "${{ secrets.SENTRY_AUTH_TOKEN }}"}
              - uses: ./.github/actions/own
              - uses: docker://quay.io/x/y:1
              - run: |
                  set -e
                  aws s3 sync . s3://bucket
                  npm publish
          b:
            uses: org/repo/.github/workflows/x.yml@main
            with: {ecs-cluster: live, image: ghcr.io}
    """
    assert found(github_workflows, text, ".github/workflows/x.yml") == {
        (5, "action", "runs-on/ubuntu-latest"),
        (6, "image", "docker.io/library/node"),
        (7, "image", "docker.io/library/postgres"),
        (8, "env", "APP_STAGE"),
        (11, "action", "aws-actions/configure-aws-credentials"),
        (12, "host", "ghcr.io"),
        (12, "env", "SENTRY_AUTH_TOKEN"),
        (14, "image", "quay.io/x/y"),
        (14, "host", "quay.io"),
        (16, "call", "set-cli"),
        (17, "call", "aws-cli(s3)"),
        (17, "uri", "s3"),
        (18, "call", "npm-cli(publish)"),
        (20, "action", "org/repo/.github/workflows/x.yml"),
        (21, "action", "with/ecs_cluster"),
        (21, "action", "with/image"),
        (21, "host", "ghcr.io"),
    }


def test_comments_of_a_workflow_are_discarded() -> None:
    mentions = parsed(github_workflows, "# see https://old.example.com\non: push\n", ".github/workflows/x.yml")
    assert [(mention.value, mention.discard) for mention in mentions] == [("old.example.com", "comment")]


def test_a_broken_workflow_yields_what_stands_before_the_fault() -> None:
    mentions = github_workflows.parse("x.yml", "jobs:\n  a:\n    uses: a/b@v1\n   c: : [\n")
    assert next(mentions).value == "a/b"
    with pytest.raises(Unparsed) as raised:
        list(mentions)
    assert raised.value.line == 4


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            ".gitlab-ci.yml",
            """
            image: {name: "ghcr.io/x/ci:1"}
            include: [{template: Security/SAST.gitlab-ci.yml}]
            variables: {SONAR_HOST: https://sonar.example.com}
            deploy:
              services: [docker:dind]
              script: [gcloud run deploy, "heroku container:push web"]
            """,
            {
                (1, "image", "ghcr.io/x/ci"),
                (2, "action", "include/Security/SAST.gitlab-ci.yml"),
                (3, "env", "SONAR_HOST"),
                (3, "host", "sonar.example.com"),
                (5, "image", "docker.io/library/docker"),
                (6, "call", "gcloud-cli(run)"),
                (6, "call", "heroku-cli(container:push)"),
            },
        ),
        (
            ".circleci/config.yml",
            """
            orbs: {aws-s3: circleci/aws-s3@3.1}
            jobs:
              a:
                docker: [{image: "cimg/node:22"}]
                steps: [{run: {command: npx vercel deploy}}, {run: yarn build}]
            """,
            {
                (1, "action", "orb/circleci/aws-s3"),
                (4, "image", "docker.io/cimg/node"),
                (5, "call", "vercel-cli(deploy)"),
                (5, "call", "yarn-cli(build)"),
            },
        ),
        (
            "azure-pipelines.yml",
            "steps:\n- task: AzureCLI@2\n  inputs: {inlineScript: az webapp up}\n- bash: twine upload x\n",
            {(2, "action", "task/AzureCLI"), (3, "call", "az-cli(webapp)"), (4, "call", "twine-cli(upload)")},
        ),
        (
            "bitbucket-pipelines.yml",
            "pipelines: {default: [{step: {script: [{pipe: 'atlassian/aws-s3-deploy:1.1', variables: {A_B: x}}]}}]}",
            {(1, "action", "pipe/atlassian/aws-s3-deploy")},
        ),
        (
            ".buildkite/pipeline.yml",
            "steps:\n- command: make\n  plugins:\n  - docker#v5: {image: 'node:22'}\n  - ecr#v2\n",
            {(4, "action", "plugin/docker"), (5, "action", "plugin/ecr")},
        ),
        (
            ".travis.yml",
            "script: make\ndeploy: {provider: s3, bucket: x}\nafter_success: [codecov -t x]\n",
            {(2, "action", "deploy/s3"), (3, "call", "codecov-cli(x)")},
        ),
        (
            ".woodpecker.yml",
            "steps: {a: {image: plugins/docker, commands: [flyctl deploy], secrets: [FLY_TOKEN]}}",
            {(1, "image", "docker.io/plugins/docker"), (1, "call", "flyctl-cli(deploy)"), (1, "env", "FLY_TOKEN")},
        ),
    ],
)
def test_pipelines(path: str, text: str, expected: set[tuple[int, str, str]]) -> None:
    assert expected <= found(ci_pipelines, text, path)


def test_jenkinsfile() -> None:
    text = """
        pipeline {
          agent { docker { image 'node:22' } }
          environment { TOKEN = credentials('SENTRY_AUTH_TOKEN') }
          steps {
            withAWS(region: 'eu') {
              sh 'npm publish'
              sh \"\"\"
                 docker push registry.example.com/x
              \"\"\"
            }
          }
        }
    """
    assert found(jenkins, text, "Jenkinsfile") >= {
        (2, "image", "docker.io/library/node"),
        (3, "env", "SENTRY_AUTH_TOKEN"),
        (5, "action", "step/withAWS"),
        (6, "call", "npm-cli(publish)"),
        (8, "call", "docker-cli(push)"),
    }


def test_machines_of_azure_pools_are_no_containers() -> None:
    text = """
        pool:
          name: Build
          image: windows-2022
        container: mcr.microsoft.com/dotnet/sdk:8.0
    """
    images = [mention.value for mention in parsed(ci_pipelines, text, "azure-pipelines.yml") if mention.kind == "image"]
    assert images == ["mcr.microsoft.com/dotnet/sdk"]
