<?php
// Receive a publisher's signed articles. Run: SYNDICATE_SECRET=whsec_... php -S 127.0.0.1:8090 receiver.php
declare(strict_types=1);

const LIMIT = 4 * 2 ** 20; // bytes

function is_signed(string $body, string $id, string $sent_at, string $offered): bool
{
    $key = base64_decode(explode('whsec_', getenv('SYNDICATE_SECRET'))[1]);
    $ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$sent_at.$body", $key, true));
    // Several are offered while a secret is changed; one that fits is enough.
    $fit = array_filter(explode(' ', $offered), fn ($each) => hash_equals($ours, $each));
    return $fit && abs(time() - (int) $sent_at) <= 300;
}

// Only what is newer counts. What is withdrawn keeps its file, without text, so that nothing late brings it back.
function keep(object $data): array
{
    $name = substr(hash('sha256', $data->id), 0, 16);
    $file = (getenv('RECEIVER_STORE') ?: '.') . "/$name.json"; // stands for your own database
    flock($lock = fopen("$file.lock", 'c'), LOCK_EX);
    if ($data->seq > (is_file($file) ? json_decode(file_get_contents($file))->seq : 0)) {
        $kept = file_put_contents("$file.new", json_encode($data)) && rename("$file.new", $file);
        $kept || throw new RuntimeException("$file was not written");
    }
    return ['url' => "https://your.example/articles/$name"];
}

http_response_code(500); // until it is kept, or refused
$body = file_get_contents('php://input', length: LIMIT + 1);
$headers = array_map(fn ($name) => $_SERVER["HTTP_WEBHOOK_$name"] ?? '', ['ID', 'TIMESTAMP', 'SIGNATURE']);
if (strlen($body) > LIMIT || !is_signed($body, ...$headers)) {
    http_response_code(strlen($body) > LIMIT ? 413 : 401);
    exit;
}
$event = json_decode($body, flags: JSON_THROW_ON_ERROR);
$answer = str_starts_with($event->type, 'article.') ? keep($event->data) : new stdClass(); // a test is not kept
http_response_code(200);
echo json_encode($answer, JSON_UNESCAPED_SLASHES);
