<?php
/** Run the PHP that comes on standard input inside WordPress, as the first administrator; print its value as JSON. */

require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
wp_set_current_user(1);
$value = (static fn (string $code) => eval($code))(stream_get_contents(STDIN));
echo "\n", json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
