"""Reads one call a line, as JSON, and answers each with one line: {"op": "...", "members": {...}}.

Usage: python3 client.py WSDL-URL
"""

import json
import sys

import zeep
from lxml import etree

client = zeep.Client(sys.argv[1])
for line in sys.stdin:
    call = json.loads(line)
    try:
        result = getattr(client.service, call["op"])(call["members"])
        members = zeep.helpers.serialize_object(result, dict)
        if isinstance(members, str):  # of an answer with one member zeep returns the value alone
            members = {"idOp": members}
        answer = {"members": members and {k: v for k, v in members.items() if v is not None}}
    except zeep.exceptions.Fault as fault:
        element = None
        for child in fault.detail if fault.detail is not None else ():
            if etree.QName(child).localname.endswith("Erreur"):
                element = child
        told = {} if element is None else {etree.QName(e).localname: e.text for e in element}
        answer = {
            "fault": {
                "element": None if element is None else etree.QName(element).localname,
                "code": told.get("code"),
                "libelle": told.get("libelle"),
                "string": fault.message,
            }
        }
    except zeep.exceptions.Error as error:
        answer = {"failed": str(error)[:200]}
    print(json.dumps(answer), flush=True)
