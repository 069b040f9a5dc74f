"""Reads one task a line, as JSON, and answers each with one line; see clients_test.go for the tasks."""

import base64
import hashlib
import hmac
import html
import http.client
import json
import re
import sys
import urllib.parse


def values(part):
    """The values of a message in the order of their names."""
    if isinstance(part, dict):
        return "".join(values(part[name]) for name in sorted(part))
    if isinstance(part, list):
        return "".join(values(one) for one in part)
    return str(part)


def seal(text, algorithm, key):
    if algorithm == "SHA-256":
        return hashlib.sha256((text + key).encode()).hexdigest()
    return hmac.new(key.encode(), text.encode(), "sha" + algorithm.rsplit("-", 1)[1]).hexdigest()


def seal_of_message(message, algorithm, key):
    left_out = ("keyVersion", "seal", "sealAlgorithm")
    return seal(values({n: v for n, v in message.items() if n not in left_out}), algorithm, key)


def data_of(fields):
    pieces = []
    for name, value in fields.items():
        if isinstance(value, dict):
            pieces += [f"{name}.{inner}={','.join(of) if isinstance(of, list) else of}" for inner, of in value.items()]
        else:
            pieces.append(f"{name}={','.join(value) if isinstance(value, list) else value}")
    return "|".join(pieces)


def post(url, content_type, body):
    to = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname, to.port, timeout=60)
    connection.request("POST", to.path, body, {"Content-Type": content_type, "User-Agent": "python"})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return text, answer.headers.get("Not-Simulated", "")


def by_json(task):
    message, algorithm = dict(task["fields"]), task["announced"] or "HMAC-SHA-256"
    if task["announced"]:
        message["sealAlgorithm"] = task["announced"]
    message["seal"] = seal_of_message(message, algorithm, task["key"])
    text, ignored = post(task["url"], "application/json; charset=utf-8", json.dumps(message))  # accents as \u escapes
    answer = json.loads(text)
    return {"answer": answer, "sealed": answer.get("seal") == seal_of_message(answer, algorithm, task["key"]), "ignored": ignored}


def by_form(task):
    data = data_of(task["fields"])
    if task["encode"]:
        data = base64.b64encode(data.encode()).decode()
    form = {"Data": data, "InterfaceVersion": task["version"], "Seal": seal(data, task["announced"] or "SHA-256", task["key"])}
    if task["announced"]:
        form["SealAlgorithm"] = task["announced"]
    if task["encode"]:
        form["Encode"] = task["encode"]
    if task["capitals"]:
        form = {(n.lower() if task["capitals"] == "small" else n.upper()): v for n, v in form.items()}
    form.update(task["beside"])
    page, ignored = post(task["url"], "application/x-www-form-urlencoded", urllib.parse.urlencode(form))
    action = re.search(r'<form[^>]* action="([^"]*)"', page)
    if not action:
        return {"answer": {"page": html.unescape(re.sub("<[^>]*>", " ", page))}, "sealed": True, "ignored": ignored}
    answer = {n: html.unescape(v) for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)}
    answer["redirectionUrl"] = html.unescape(action.group(1))
    return {"answer": answer, "sealed": True, "ignored": ignored}


def read(task):
    form, data = task["form"], task["form"]["Data"]
    sealed = hmac.compare_digest(form["Seal"], seal(data, task["announced"] or "SHA-256", task["key"]))
    if form.get("Encode"):
        data = base64.urlsafe_b64decode(data.replace("+", "-").replace("/", "_")).decode()
    pairs = [piece.split("=", 1) for piece in data.split("|")]
    return {"sealed": sealed, "names": [n for n, _ in pairs], "values": dict(pairs)}


for line in sys.stdin:
    task = json.loads(line)
    print(json.dumps({"json": by_json, "form": by_form, "read": read}[task["do"]](task)), flush=True)
