"""Writes, as a JSON list, the CloudFormation templates that AWS SAM's own translator makes of SAM templates.

usage: translate.py TEMPLATE...
Parameters have their defaults. A template that SAM refuses gives the text of its complaint.
"""
import json
import sys

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.public.parser import Parser
from samtranslator.public.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# What the translator would ask IAM for.
POLICIES = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}


def translate(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"  # as after sam package
    parameters = {name: p.get("Default") for name, p in template["Parameters"].items()}
    try:
        return Translator(POLICIES, Parser()).translate(template, parameters)
    except InvalidDocumentException as refusal:
        return " ".join(cause.message for cause in refusal.causes)


json.dump([translate(path) for path in sys.argv[1:]], sys.stdout)
