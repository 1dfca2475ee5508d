<?php
// Receive a publisher's signed articles: verify, keep the newest, delete what is withdrawn, answer the address.
// Run: SYNDICATE_SECRET=whsec_... php -S 127.0.0.1:8090 receiver.php
declare(strict_types=1);

const LIMIT = 1024 * 1024; // bytes; no event is larger

function answer(int $status, array $value): never
{
    http_response_code($status);
    header('content-type: application/json');
    exit(json_encode((object) $value, JSON_UNESCAPED_SLASHES));
}

function is_signed(string $id, string $sent_at, string $offered, string $body): bool
{
    if (!ctype_digit($sent_at) || abs(time() - (int) $sent_at) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', getenv('SYNDICATE_SECRET')));
    $ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$sent_at.$body", $key, true));
    // Two are offered while a secret is changed; one that fits is enough.
    return in_array(true, array_map(fn ($one) => hash_equals($ours, $one), explode(' ', $offered)), true);
}

// A locked file stands for your own database, where an id and its copy are written in one transaction.
$file = fopen(getenv('RECEIVER_STORE') ?: 'copies.json', 'c+');
flock($file, LOCK_EX);
$store = json_decode(stream_get_contents($file), true) ?? ['seen' => [], 'copies' => []];

if ($_SERVER['REQUEST_METHOD'] === 'GET') {
    $copy = $store['copies'][$_SERVER['REQUEST_URI']] ?? null;
    $copy === null ? answer(404, []) : answer($copy['article'] ? 200 : 410, $copy['article'] ?? []);
}

$body = (int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > LIMIT ? answer(413, []) : file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
if (!is_signed($id, $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '', $body)) {
    answer(401, []);
}
$event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
if (!str_starts_with($event['type'], 'article.')) {
    answer(200, []); // a test, or an event of a later version
}
$page = '/articles/' . substr(hash('sha256', $event['data']['id']), 0, 16);
// Unless it is older than what we hold; a withdrawn article keeps its place, so that nothing late brings it back.
if (!isset($store['seen'][$id]) && $event['data']['seq'] >= ($store['copies'][$page]['seq'] ?? 0)) {
    $store['copies'][$page] = $event['data'];
}
$store['seen'][$id] = true;
rewind($file) && ftruncate($file, 0) && fwrite($file, json_encode($store)) && fflush($file);
answer(200, ['url' => "http://{$_SERVER['HTTP_HOST']}$page"]);
