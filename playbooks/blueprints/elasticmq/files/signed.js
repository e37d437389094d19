// Lets through what is signed with a key of the platform, as AWS signs: Signature Version 4, in the header Authorization.
// In: a request, and the keys by their ids (`sqs_keys`, of nginx.conf). Out: it is passed on, or answered with SQS's own
// words for what is wrong, which SDKs turn into their usual exceptions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import crypto from 'crypto';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const FORM = /^AWS4-HMAC-SHA256 Credential=([^\/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/sqs\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/;
const MOMENT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const SKEW_MS = 15 * 60 * 1000;

function check(r) {
    const wrong = refusal(r);
    if (wrong) {
        refuse(r, wrong[0], wrong[1]);
    } else {
        r.internalRedirect('@elasticmq');
    }
}

// [code, message] of what is wrong with the request, or null
function refusal(r) {
    const authorization = r.headersIn['Authorization'];
    if (!authorization) {
        return ['MissingAuthenticationToken', 'The request is not signed.'];
    }
    const parts = FORM.exec(authorization);
    if (!parts) {
        return ['IncompleteSignature', 'The header Authorization is not one of Signature Version 4 for sqs.'];
    }
    const names = parts[4].split(';');
    const moment = r.headersIn['X-Amz-Date'] || '';
    if (!names.includes('host') || !names.includes('x-amz-date') || moment.slice(0, 8) !== parts[2]) {
        return ['IncompleteSignature', 'Host and X-Amz-Date have to be signed.'];
    }
    if (!(Math.abs(Date.now() - time(moment)) < SKEW_MS)) {
        return ['SignatureDoesNotMatch', `Signature expired or not yet current: ${moment} is not now.`];
    }
    if (!Object.keys(sqs_keys).includes(parts[1])) {
        return ['InvalidClientTokenId', 'The access key id is not one of this platform.'];
    }
    if (!same(signature(r, parts, names, moment), parts[5])) {
        return ['SignatureDoesNotMatch', 'The signature is not the one of this request and the secret access key.'];
    }
    return null;
}

function time(moment) {
    const parts = MOMENT.exec(moment);
    return parts ? Date.UTC(parts[1], parts[2] - 1, parts[3], parts[4], parts[5], parts[6]) : NaN;
}

function signature(r, parts, names, moment) {
    const scope = `${parts[2]}/${parts[3]}/sqs/aws4_request`;
    const text = [ALGORITHM, moment, scope, sha256(canonical(r, names))].join('\n');
    const key = [parts[2], parts[3], 'sqs', 'aws4_request'].reduce(hmac, 'AWS4' + sqs_keys[parts[1]]);
    return hmac(key, text).toString('hex');
}

function canonical(r, names) {
    const target = r.variables.request_uri.split('?');
    const headers = names.map((name) => `${name}:${header(r, name)}\n`);
    const path = target[0].split('/').map(encode).join('/');
    const body = sha256(r.requestBuffer || '');
    return [r.method, path, query(target.slice(1).join('?')), headers.join(''), names.join(';'), body].join('\n');
}

function header(r, name) {
    return (r.headersIn[name] || '').trim().replace(/ +/g, ' ');
}

function query(text) {
    const pairs = text.split('&').filter((pair) => pair !== '').map((pair) => {
        const at = pair.indexOf('=');
        const name = at < 0 ? pair : pair.slice(0, at);
        return [name, at < 0 ? '' : pair.slice(at + 1)].map((word) => encode(decodeURIComponent(word))).join('=');
    });
    return pairs.sort().join('&');
}

function encode(text) {
    return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => '%' + sign.charCodeAt(0).toString(16).toUpperCase());
}

function sha256(data) {
    return crypto.createHash('sha256').update(data).digest('hex');
}

function hmac(key, data) {
    return crypto.createHmac('sha256', key).update(data).digest();
}

// takes as long whichever sign differs
function same(one, other) {
    let differs = one.length ^ other.length;
    for (let at = 0; at < one.length; at++) {
        differs |= one.charCodeAt(at) ^ other.charCodeAt(at);
    }
    return differs === 0;
}

function refuse(r, code, message) {
    if ((r.headersIn['Content-Type'] || '').startsWith('application/x-amz-json')) {
        r.headersOut['Content-Type'] = 'application/x-amz-json-1.0';
        r.return(403, JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message: message }));
    } else {
        r.headersOut['Content-Type'] = 'text/xml';
        const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
        r.return(403, `<ErrorResponse>${error}<RequestId>${r.variables.request_id}</RequestId></ErrorResponse>`);
    }
}

export default { check };
