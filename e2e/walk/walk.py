"""Walks every operation of the API with the AWS command line: once with a good request, once with a bad one.

Run as: walk.py SERVER_URL FACTS WORK_DIR

The command line of the system (awscli) is called in this process, because each start of its own takes a second. Its model may be
older than the API, so FACTS (tools/apigen/facts.json) is made into a model that it finds in WORK_DIR. What it answers goes to
standard output: a line per request, with ids and times masked. The last line counts the operations.
"""
import base64, contextlib, hashlib, hmac, io, json, os, re, struct, sys, time, urllib.parse, urllib.request

URL, FACTS, WORK = sys.argv[1:4]


def model(facts):
    """facts in the form that the command line reads."""
    shapes = {}
    for s in facts["shapes"]:
        kind = s["kind"]
        out = {"type": "structure" if kind == "document" else kind}
        if kind == "document":
            out["document"] = True
        if kind == "list":
            out["member"] = {"shape": s["of"]}
        if kind == "map":
            out["key"], out["value"] = {"shape": s["key"]}, {"shape": s["of"]}
        if kind in ("structure", "document"):
            members = [m.replace("!", "").split()[:2] for m in s.get("members", [])]
            out["members"] = {name: {"shape": shape} for name, shape in members}
        shapes[s["name"]] = out
    for kind in ("string", "integer", "long", "boolean", "timestamp", "blob", "double", "float"):
        shapes.setdefault(kind, {"type": kind})
    operations = {}
    for o in facts["operations"]:
        out = {"name": o["name"], "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": o["in"]}, "errors": []}
        if o.get("out"):
            out["output"] = {"shape": o["out"]}
        if o["caller"] != "signed":
            out["authtype"] = "none"
        operations[o["name"]] = out
    metadata = {"apiVersion": "2016-04-18", "endpointPrefix": "cognito-idp", "jsonVersion": "1.1", "protocol": "json",
                "serviceFullName": "user pools", "serviceId": "Cognito Identity Provider", "signatureVersion": "v4",
                "targetPrefix": facts["service"]["target"], "uid": "cognito-idp-2016-04-18"}
    return {"version": "2.0", "metadata": metadata, "operations": operations, "shapes": shapes}


facts = json.load(open(FACTS))
declared = {o["name"]: o.get("errors") or [] for o in facts["operations"]}
models = os.path.join(WORK, "cognito-idp", "2016-04-18")
os.makedirs(models)
json.dump(model(facts), open(os.path.join(models, "service-2.json"), "w"))
with open(os.path.join(WORK, "config"), "w") as f:
    f.write("[default]\nregion = us-east-1\nparameter_validation = false\ncli_pager =\n")
os.environ.update(AWS_DATA_PATH=WORK, AWS_CONFIG_FILE=os.path.join(WORK, "config"), AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                  AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="a-secret-that-nobody-checks", AWS_PAGER="", AWS_MAX_ATTEMPTS="1")
import awscli.clidriver  # noqa: E402, it reads the environment
import botocore  # noqa: E402

driver = awscli.clidriver.create_clidriver()
walked = {"good": set(), "bad": set()}
problems = []


def masked(text):
    for pattern, put in ((r"us-east-1_[0-9A-Za-z]{9}", "POOL"), (r"\b[a-z0-9]{26}\b", "CLIENT"), (r"import-[0-9A-Za-z]{10}", "JOB"),
                         (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID")):
        text = re.sub(pattern, put, text)
    return text


def aws(op, params):
    command = botocore.xform_name(op, "-")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = driver.main(["cognito-idp", command, "--endpoint-url", URL, "--output", "json", "--no-paginate", "--cli-input-json", json.dumps(params)])
    return code, out.getvalue().strip(), err.getvalue().strip()


def good(op, **params):
    code, out, err = aws(op, params)
    if code:
        problems.append("%s should be taken: %s" % (op, err))
        return {}
    answer = json.loads(out) if out else {}
    if op not in walked["good"]:
        walked["good"].add(op)
        inner = {k: sorted(v) if isinstance(v, dict) else type(v).__name__ for k, v in answer.items()}
        print(op, "good:", masked(json.dumps(inner, sort_keys=True)))
    return answer


def bad(op, **params):
    code, out, err = aws(op, params)
    told = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)", err, re.S)
    if not code or not told:
        problems.append("%s should be refused: %s %s" % (op, out, err))
        return
    if told[1] not in declared[op]:
        problems.append("%s declares no %s" % (op, told[1]))
    walked["bad"].add(op)
    print(op, "bad:", told[1] + ":", masked(told[2].strip()))


def both(op, broken, **params):
    """A bad request that differs from the good one in broken, then the good one."""
    bad(op, **{**params, **broken})
    return good(op, **params)


def mail_to(address):
    with urllib.request.urlopen(URL + "/_idpond/inbox?format=json&to=" + urllib.parse.quote(address)) as f:
        return json.load(f)["messages"][0]


def code_to(address):
    return mail_to(address)["code"]


def upload(address, text):
    headers = {"x-amz-server-side-encryption": "aws:kms", "Content-Type": "text/csv"}
    urllib.request.urlopen(urllib.request.Request(address, text.encode(), headers, method="PUT")).read()


def totp(secret, steps=0):
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000)


def wrong_totp(secret):
    near = [totp(secret, steps) for steps in range(-3, 4)]
    return next(code for code in ("%06d" % i for i in range(8)) if code not in near)


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def passkey(options, origin):
    """What a browser answers to the options of a registration: a new key, not attested."""
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    text = lambda s: bytes([0x60 + len(s)]) + s.encode()
    raw = lambda b: bytes([0x58, len(b)]) + b
    cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21" + raw(key.x.to_bytes(32, "big")) + b"\x22" + raw(key.y.to_bytes(32, "big"))
    credential = os.urandom(16)
    data = hashlib.sha256(options["rp"]["id"].encode()).digest() + b"\x45" + bytes(4) + bytes(16) + b"\0\x10" + credential + cose
    attestation = b"\xa3" + text("fmt") + text("none") + text("attStmt") + b"\xa0" + text("authData") + raw(data)
    client = json.dumps({"type": "webauthn.create", "challenge": options["challenge"], "origin": origin, "crossOrigin": False}).encode()
    return {"id": b64(credential), "rawId": b64(credential), "type": "public-key", "clientExtensionResults": {},
            "response": {"clientDataJSON": b64(client), "attestationObject": b64(attestation), "transports": ["internal"]}}


with open(os.path.join(os.path.dirname(__file__), "operations.py")) as f:
    exec(compile(f.read(), "operations.py", "exec"))

for op in declared:
    for kind in walked:
        if op not in walked[kind]:
            problems.append("%s has no %s request" % (op, kind))
print("%d good, %d bad of %d" % (len(walked["good"]), len(walked["bad"]), len(declared)))
sys.stderr.write("\n".join(problems))
sys.exit(1 if problems else 0)
