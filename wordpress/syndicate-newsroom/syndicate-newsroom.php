<?php
/**
 * Plugin Name: Syndicate Newsroom
 * Description: Hands stories to a syndicate service as they are published, changed and withdrawn.
 * Version: 1.0.0
 * Requires at least: 5.6
 * Requires PHP: 7.4
 * Author: The syndicate founders
 * License: MIT
 */

namespace Syndicate\Newsroom;

defined('ABSPATH') || exit;

const TABLE_VERSION = 1;
const POSTS_PER_RUN = 200;
const RUN_SECONDS = 25;
const REQUEST_SECONDS = 10;
// A story that the service or the network does not take is tried again after so many seconds, at last every hour.
const WAITS = [60, 60, 120, 300, 900, 1800, 3600];
// The same story would be refused again: it waits for its next change, or for "Try again".
const REFUSALS = [400, 409, 413, 415, 422];
// These are about the service or our account with it: no other story would fare better now.
const TROUBLES = [401, 403, 404, 429, 503];
// What the service may hold of a post: nothing, a story, or its withdrawal.
const NOTHING = 0;
const STORY = 1;
const WITHDRAWAL = 2;
// Written by editors, kept with the post; the note is public.
const CORRECTION = '_syndicate_correction';
const NOTE = '_syndicate_public_note';
const CREDIT = '_syndicate_credit';
// In what a syndicate service posted here: another newsroom's story. Sent on as ours it would come back for ever.
const ANOTHERS = '<!-- syndicate-';

// --- what changed: one row for each post, however often it changes; the newest state is read when it is sent ---------

function table(): string
{
    global $wpdb;
    return $wpdb->prefix . 'syndicate_queue';
}

function ensure_table(): void
{
    if ((int) get_option('syndicate_table') === TABLE_VERSION) {
        return;
    }
    global $wpdb;
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    dbDelta('CREATE TABLE ' . table() . ' (
        post_id bigint unsigned NOT NULL,
        changed bigint unsigned NOT NULL DEFAULT 1,
        sent bigint unsigned NOT NULL DEFAULT 0,
        held tinyint NOT NULL DEFAULT 0,
        refused tinyint NOT NULL DEFAULT 0,
        tries int unsigned NOT NULL DEFAULT 0,
        due_at bigint NOT NULL DEFAULT 0,
        sent_at bigint NOT NULL DEFAULT 0,
        modified datetime NOT NULL DEFAULT "1000-01-01 00:00:00",
        note text NULL,
        error text NULL,
        PRIMARY KEY  (post_id),
        KEY due (due_at)
    ) ' . $wpdb->get_charset_collate());
    // An id that never changes, wherever the site moves (RFC 4151). What is older than this is not sent by itself.
    add_option('syndicate_tag', 'tag:' . wp_parse_url(home_url(), PHP_URL_HOST) . ',' . gmdate('Y-m-d') . ':wordpress');
    add_option('syndicate_since', gmdate('Y-m-d H:i:s'));
    update_option('syndicate_table', TABLE_VERSION);
}

function post_types(): array
{
    return (array) apply_filters('syndicate_post_types', ['post']);
}

function is_public(?\WP_Post $post): bool
{
    return $post !== null && $post->post_status === 'publish' && $post->post_password === ''
        && strpos($post->post_content, ANOTHERS) === false;
}

/** Say the same of posts `p` in SQL. */
function where_public(): string
{
    global $wpdb;
    $types = implode("','", array_map('esc_sql', post_types()));
    $anothers = $wpdb->prepare('%s', '%' . $wpdb->esc_like(ANOTHERS) . '%');
    return "p.post_type IN ('$types') AND p.post_status = 'publish' AND p.post_password = ''
        AND p.post_content NOT LIKE $anothers";
}

/** Note that a post is not what was sent. What is not public and never was is nobody's business. */
function mark(int $post_id): void
{
    global $wpdb;
    $post = get_post($post_id);
    if ($post === null || !in_array($post->post_type, post_types(), true)) {
        return;
    }
    $note = (string) get_post_meta($post_id, NOTE, true);
    $again = 'changed = changed + 1, refused = 0, tries = 0, modified = %s, note = %s, due_at = %d';
    // Withdrawals go before everything else.
    $values = [$post->post_modified_gmt, $note, is_public($post) ? 1 : 0];
    if (is_public($post)) {
        $sql = 'INSERT INTO ' . table() . ' (post_id, modified, note, due_at) VALUES (%d, %s, %s, %d)
            ON DUPLICATE KEY UPDATE ' . $again;
        $values = array_merge([$post_id], $values, $values);
    } else {
        $sql = 'UPDATE ' . table() . " SET $again WHERE post_id = %d";
        $values[] = $post_id;
    }
    if ($wpdb->query($wpdb->prepare($sql, $values)) > 0) {
        send_soon();
    }
}

/** Mark a post that is about to be deleted: it is still there, but its withdrawal goes first. */
function mark_leaving(int $post_id): void
{
    global $wpdb;
    mark($post_id);
    $wpdb->update(table(), ['due_at' => 0], ['post_id' => $post_id]);
}

function send_soon(): void
{
    if (!wp_next_scheduled('syndicate_send_now')) {
        wp_schedule_single_event(time(), 'syndicate_send_now');
    }
}

/** Mark the posts that show a picture whose words changed. */
function mark_showing(int $attachment_id): void
{
    global $wpdb;
    $sql = "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_thumbnail_id' AND meta_value = %d";
    $posts = $wpdb->get_col($wpdb->prepare($sql, $attachment_id));
    $posts[] = wp_get_post_parent_id($attachment_id);
    array_map(__NAMESPACE__ . '\mark', array_map('intval', $posts));
}

/** Mark what changed without our hearing of it: a request died after saving, somebody wrote to the database. */
function sweep(): void
{
    global $wpdb;
    $unheard = $wpdb->get_col($wpdb->prepare(
        "SELECT p.ID FROM $wpdb->posts p LEFT JOIN " . table() . ' q ON q.post_id = p.ID
        WHERE ' . where_public() . '
        AND ((q.post_id IS NULL AND p.post_modified_gmt >= %s) OR q.modified <> p.post_modified_gmt) LIMIT %d',
        get_option('syndicate_since'),
        POSTS_PER_RUN
    ));
    array_map(__NAMESPACE__ . '\mark', array_map('intval', $unheard));
    $wpdb->query($wpdb->prepare(
        'UPDATE ' . table() . " q LEFT JOIN $wpdb->posts p ON p.ID = q.post_id
        SET q.changed = q.changed + 1, q.refused = 0, q.tries = 0, q.due_at = 0
        WHERE q.held = %d AND q.changed = q.sent
        AND (p.ID IS NULL OR p.post_status <> 'publish' OR p.post_password <> '')",
        STORY
    ));
}

// --- the record of a story -------------------------------------------------------------------------------------------

function record(\WP_Post $post): array
{
    [$body, $images] = body_and_images($post);
    $published_at = get_post_datetime($post, 'date');
    $record = [
        'url' => wp_get_canonical_url($post) ?: get_permalink($post),
        'title' => plain($post->post_title) ?: __('Untitled'),
        'summary' => plain($post->post_excerpt),
        'body_html' => $body,
        'authors' => authors($post),
        'published_at' => instant($published_at),
        // A story that waited for its hour was last touched before it.
        'updated_at' => instant(max($published_at, get_post_datetime($post, 'modified'))),
        'language' => get_bloginfo('language'),
        'categories' => categories($post),
        'keywords' => term_names($post, 'post_tag'),
        'images' => $images,
        'correction' => trim((string) get_post_meta($post->ID, CORRECTION, true)),
    ];
    $given = array_filter($record, static fn ($value) => $value !== '' && $value !== []);
    return (array) apply_filters('syndicate_record', $given, $post);
}

function plain(string $html): string
{
    return trim(html_entity_decode(wp_strip_all_tags($html), ENT_QUOTES | ENT_HTML5, 'UTF-8'));
}

/** Write a time with its offset, and with the zone where the site names one (RFC 9557). */
function instant(\DateTimeImmutable $at): string
{
    $zone = $at->getTimezone()->getName();
    return $at->format('Y-m-d\TH:i:sP') . (strpos($zone, '/') === false ? '' : "[$zone]");
}

/** Return everybody who wrote it, also where Co-Authors Plus keeps them. */
function authors(\WP_Post $post): array
{
    $people = function_exists('get_coauthors') ? get_coauthors($post->ID) : [get_userdata((int) $post->post_author)];
    return array_values(array_map(
        static fn ($person) => ['name' => plain($person->display_name)],
        array_filter($people, static fn ($person) => $person && $person->display_name !== '')
    ));
}

/** Return the names of a post's categories, without the one that WordPress gives to what has none. */
function categories(\WP_Post $post): array
{
    $default = get_term((int) get_option('default_category'));
    $unsorted = $default instanceof \WP_Term && $default->slug === 'uncategorized' ? [plain($default->name)] : [];
    return array_values(array_diff(term_names($post, 'category'), $unsorted));
}

function term_names(\WP_Post $post, string $taxonomy): array
{
    $terms = get_the_terms($post, $taxonomy);
    return is_array($terms) ? array_values(array_map(static fn ($term) => plain($term->name), $terms)) : [];
}

/** Render the post as WordPress itself does, without what plugins hang on it: shares, related stories, adverts. */
function rendered(\WP_Post $post): string
{
    // Shortcodes and blocks ask which post they are in.
    $before = $GLOBALS['post'] ?? null;
    $GLOBALS['post'] = $post;
    setup_postdata($post);
    $html = has_blocks($post) ? do_blocks($post->post_content) : wpautop($post->post_content);
    $html = do_shortcode(shortcode_unautop($html));
    $GLOBALS['post'] = $before;
    wp_reset_postdata();
    return (string) apply_filters('syndicate_content', $html, $post);
}

/** Return the body, each picture reduced to its place, and the pictures with their words; the featured one leads. */
function body_and_images(\WP_Post $post): array
{
    $document = new \DOMDocument();
    $before = libxml_use_internal_errors(true);
    $document->loadHTML('<?xml encoding="utf-8"?><body>' . rendered($post) . '</body>');
    libxml_clear_errors();
    libxml_use_internal_errors($before);
    link_embeds($document);
    $images = [];
    foreach (iterator_to_array($document->getElementsByTagName('img')) as $img) {
        $image = lift($img);
        if ($image === null || isset($images[$image['url']])) {
            $img->parentNode->removeChild($img);
        } else {
            $images[$image['url']] = $image;
        }
    }
    unwrap_galleries($document);
    return [inner_html($document), array_values(lead_first($images, (int) get_post_thumbnail_id($post)))];
}

/** Take a picture out of its figure, and its caption with it. */
function lift(\DOMElement $img): ?array
{
    [$figure, $caption] = figure_and_caption($img);
    $image = attachment(attachment_shown($img)) ?? elsewhere($img);
    if ($image === null) {
        return null;
    }
    $words = ['caption' => $caption, 'alt' => plain($img->getAttribute('alt'))];
    $img->setAttribute('src', $image['url']);
    if ($figure !== null) {
        $figure->parentNode->replaceChild($img, $figure);
    }
    return array_merge($image, array_filter($words, static fn ($word) => $word !== ''));
}

/** Return the attachment that an element shows in whatever size, 0 where the picture is not of this site. */
function attachment_shown(\DOMElement $img): int
{
    if (preg_match('/\bwp-image-(\d+)\b/', $img->getAttribute('class'), $found)) {
        return (int) $found[1];
    }
    $src = $img->getAttribute('src');
    return (int) $img->getAttribute('data-id') ?: attachment_url_to_postid($src)
        ?: attachment_url_to_postid(preg_replace('/-\d+x\d+(?=\.\w+$)/', '', $src));
}

/** Return the figure that holds this picture and no other, and what stands below it. */
function figure_and_caption(\DOMElement $img): array
{
    for ($node = $img->parentNode; $node instanceof \DOMElement; $node = $node->parentNode) {
        $is_classic = strpos(' ' . $node->getAttribute('class') . ' ', ' wp-caption ') !== false;
        if ($node->tagName === 'figure' || $is_classic) {
            return $node->getElementsByTagName('img')->length === 1 ? [$node, caption_in($node)] : [null, ''];
        }
    }
    return [null, ''];
}

function caption_in(\DOMElement $figure): string
{
    foreach ($figure->getElementsByTagName('*') as $node) {
        $is_classic = strpos($node->getAttribute('class'), 'wp-caption-text') !== false;
        if ($node->tagName === 'figcaption' || $is_classic) {
            return plain($node->textContent);
        }
    }
    return '';
}

/** Describe a picture of the media library: its full size, and the words kept with it. */
function attachment(int $id): ?array
{
    $file = $id ? wp_get_attachment_image_src($id, 'full') : false;
    if ($file === false) {
        return null;
    }
    $known = wp_get_attachment_metadata($id) ?: [];
    $path = get_attached_file($id);
    $image = [
        'url' => $file[0],
        'caption' => plain((string) wp_get_attachment_caption($id)),
        'credit' => credit($id, $known),
        'alt' => plain((string) get_post_meta($id, '_wp_attachment_image_alt', true)),
        'type' => get_post_mime_type($id),
        'width' => (int) $file[1],
        'height' => (int) $file[2],
        'length' => $path && is_file($path) ? filesize($path) : 0,
    ];
    return array_filter($image);
}

/** Return who took it: what an editor wrote, else what the camera or the agency wrote into the file. */
function credit(int $id, array $known): string
{
    $written = trim((string) get_post_meta($id, CREDIT, true));
    return $written !== '' ? $written : plain((string) ($known['image_meta']['credit'] ?? ''));
}

/** Describe a picture that is not ours by its address. */
function elsewhere(\DOMElement $img): ?array
{
    $url = esc_url_raw(\WP_Http::make_absolute_url($img->getAttribute('src'), home_url('/')), ['http', 'https']);
    return $url === '' ? null : ['url' => $url];
}

function lead_first(array $images, int $featured): array
{
    $lead = attachment($featured);
    return $lead === null ? $images : [$lead['url'] => $images[$lead['url']] ?? $lead] + $images;
}

/** Turn the address that an embed block holds into a link: nobody else's page is fetched for it. */
function link_embeds(\DOMDocument $document): void
{
    foreach ((new \DOMXPath($document))->query('//*[contains(@class, "wp-block-embed__wrapper")]') as $wrapper) {
        $url = trim($wrapper->textContent);
        if (wp_http_validate_url($url)) {
            $link = $document->createElement('a');
            $link->setAttribute('href', $url);
            $link->textContent = $url;
            $wrapper->textContent = '';
            $wrapper->appendChild($link);
        }
    }
}

/** A gallery is its pictures, one after the other. */
function unwrap_galleries(\DOMDocument $document): void
{
    $galleries = (new \DOMXPath($document))->query('//figure[contains(@class, "wp-block-gallery")]');
    foreach (iterator_to_array($galleries) as $gallery) {
        while ($gallery->firstChild !== null) {
            $gallery->parentNode->insertBefore($gallery->firstChild, $gallery);
        }
        $gallery->parentNode->removeChild($gallery);
    }
}

function inner_html(\DOMDocument $document): string
{
    $html = '';
    foreach ($document->getElementsByTagName('body')->item(0)->childNodes ?? [] as $node) {
        $html .= $document->saveHTML($node);
    }
    return trim($html);
}

// --- sending ---------------------------------------------------------------------------------------------------------

/** Send what is due, one run at a time; the newest state of each post, and never an older one after it. */
function send_due(): void
{
    global $wpdb;
    $lock = 'syndicate ' . DB_NAME . ' ' . table();
    if (why_not() !== null || $wpdb->get_var($wpdb->prepare('SELECT GET_LOCK(%s, 0)', md5($lock))) !== '1') {
        return;
    }
    sweep();
    $until = time() + RUN_SECONDS;
    $due = 'SELECT * FROM ' . table() . ' WHERE changed > sent AND refused = 0 AND due_at <= %d
        ORDER BY due_at, modified DESC LIMIT %d';
    foreach ($wpdb->get_results($wpdb->prepare($due, time(), POSTS_PER_RUN)) as $row) {
        if (time() > $until || !send_one($row)) {
            break;
        }
    }
    $wpdb->get_var($wpdb->prepare('SELECT RELEASE_LOCK(%s)', md5($lock)));
}

/** Tell why nothing is sent; null where all is well. */
function why_not(): ?string
{
    $address = wp_parse_url(address());
    if (empty($address['host']) || token() === '') {
        return __('The address or the token is missing.');
    }
    $is_here = in_array($address['host'], ['127.0.0.1', 'localhost', '[::1]'], true);
    if (($address['scheme'] ?? '') !== 'https' && !$is_here) {
        return __('The token goes over https only.');
    }
    if (get_option('syndicate_home') !== home_url()) {
        return __('This looks like a copy of the site that was set up. Save these settings to send from here.');
    }
    return class_exists('DOMDocument') ? null : __('PHP lacks its xml extension.');
}

function address(): string
{
    return untrailingslashit((string) get_option('syndicate_address', ''));
}

function token(): string
{
    return defined('SYNDICATE_TOKEN') ? SYNDICATE_TOKEN : (string) get_option('syndicate_token', '');
}

/** Send one post's newest state and note what came of it; false: the service cannot be reached, so try no other. */
function send_one(object $row): bool
{
    clean_post_cache((int) $row->post_id);
    $post = get_post((int) $row->post_id);
    $status = is_public($post) ? publish($row, $post) : withdraw($row, $post);
    if ($status instanceof \WP_Error) {
        failed($row, $status->get_error_message(), 0);
        return false;
    }
    if ($status[0] >= 200 && $status[0] < 300) {
        update($row, ['sent' => $row->changed, 'sent_at' => time(), 'tries' => 0, 'refused' => 0, 'error' => '']);
        return true;
    }
    failed($row, said(...$status), $status[0]);
    return !in_array($status[0], TROUBLES, true);
}

/** @return array{int, string}|\WP_Error */
function publish(object $row, \WP_Post $post)
{
    $body = wp_json_encode(record($post), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    $was_ours = (int) $row->held === WITHDRAWAL;
    if (!$was_ours) {
        // It may arrive though we never hear of it: from here on a withdrawal has something to say.
        update($row, ['held' => STORY]);
    }
    $answer = ask($row, 'PUT', '', (string) $body);
    // Only what was withdrawn from here may be brought back from here: an operator's retraction stands.
    if (is_array($answer) && $answer[0] === 409 && $was_ours && strpos($answer[1], 'article_retracted') !== false) {
        $restored = ask($row, 'POST', '/restore', '');
        $answer = is_array($restored) && $restored[0] === 200 ? ask($row, 'PUT', '', (string) $body) : $restored;
    }
    if (is_array($answer) && $answer[0] < 300) {
        update($row, ['held' => STORY]);
    }
    return $answer;
}

/** @return array{int, string}|\WP_Error */
function withdraw(object $row, ?\WP_Post $post)
{
    if ((int) $row->held === NOTHING) {
        return [200, ''];
    }
    update($row, ['held' => WITHDRAWAL]);
    $state = $post === null ? 'deleted' : ($post->post_password !== '' ? 'password' : $post->post_status);
    $query = array_filter(['reason' => "WordPress: $state", 'public_note' => trim((string) $row->note)]);
    $answer = ask($row, 'DELETE', '?' . http_build_query($query, '', '&', PHP_QUERY_RFC3986), '');
    // Not known there: it never arrived.
    return is_array($answer) && strpos($answer[1], 'article_not_found') !== false ? [200, ''] : $answer;
}

/** @return array{int, string}|\WP_Error The status and the start of the answer. */
function ask(object $row, string $method, string $more, string $body)
{
    $id = get_option('syndicate_tag') . ':' . $row->post_id;
    $url = address() . '/api/v1/articles/' . rawurlencode($id) . $more;
    $answer = wp_remote_request($url, [
        'method' => $method,
        'timeout' => REQUEST_SECONDS,
        'redirection' => 0,
        'limit_response_size' => 16384,
        'body' => $body,
        'headers' => [
            'Authorization' => 'Bearer ' . token(),
            'Content-Type' => 'application/json',
            // The same for every try at one change, so that a lost answer does nothing twice.
            'Idempotency-Key' => hash('sha256', "$row->changed $method $url $body"),
        ],
    ]);
    if ($answer instanceof \WP_Error) {
        return $answer;
    }
    return [(int) wp_remote_retrieve_response_code($answer), wp_remote_retrieve_body($answer)];
}

/** Say in one line what an answer says: a problem document (RFC 9457) in its own words. */
function said(int $status, string $body): string
{
    $problem = json_decode($body, true);
    if (!is_array($problem)) {
        return "$status " . plain(mb_substr($body, 0, 200));
    }
    $where = array_map(
        static fn ($violation) => ($violation['path'] ?? '') . ' ' . ($violation['reason'] ?? ''),
        $problem['violations'] ?? []
    );
    $words = array_merge([$problem['detail'] ?? $problem['title'] ?? ''], $where, [$problem['remedy'] ?? '']);
    return "$status " . implode('; ', array_filter($words));
}

function failed(object $row, string $error, int $status): void
{
    $wait = WAITS[min((int) $row->tries, count(WAITS) - 1)];
    update($row, [
        'tries' => $row->tries + 1,
        'refused' => (int) in_array($status, REFUSALS, true),
        'due_at' => time() + $wait,
        'error' => mb_substr($error, 0, 500),
    ]);
}

/** Change a row; a change of its post that came meanwhile stays due. */
function update(object $row, array $values): void
{
    global $wpdb;
    $wpdb->update(table(), $values, ['post_id' => $row->post_id]);
}

// --- what editors and administrators see -----------------------------------------------------------------------------

function add_fields(): void
{
    add_meta_box('syndicate', __('Syndication'), __NAMESPACE__ . '\show_fields', post_types(), 'side');
}

function show_fields(\WP_Post $post): void
{
    wp_nonce_field('syndicate_fields', 'syndicate_nonce');
    $labels = [CORRECTION => __('Correction: what was wrong (public)'), NOTE => __('Note if it is withdrawn (public)')];
    foreach ($labels as $key => $label) {
        printf(
            '<p><label>%s<textarea name="%s" rows="3" style="width:100%%">%s</textarea></label></p>',
            esc_html($label),
            esc_attr($key),
            esc_textarea((string) get_post_meta($post->ID, $key, true))
        );
    }
}

function save_fields(int $post_id): void
{
    $nonce = sanitize_text_field(wp_unslash($_POST['syndicate_nonce'] ?? ''));
    if (!wp_verify_nonce($nonce, 'syndicate_fields') || !current_user_can('edit_post', $post_id)) {
        return;
    }
    foreach ([CORRECTION, NOTE] as $key) {
        update_post_meta($post_id, $key, wp_slash(sanitize_textarea_field(wp_unslash($_POST[$key] ?? ''))));
    }
}

function register_fields(): void
{
    $field = [
        'type' => 'string',
        'single' => true,
        'show_in_rest' => true,
        'sanitize_callback' => 'sanitize_textarea_field',
        'auth_callback' => static fn ($allowed, $key, $post_id) => current_user_can('edit_post', $post_id),
    ];
    foreach (post_types() as $type) {
        register_post_meta($type, CORRECTION, $field);
        // Nobody is to read before a withdrawal why it would come.
        register_post_meta($type, NOTE, ['show_in_rest' => false] + $field);
    }
    register_post_meta('attachment', CREDIT, $field);
}

/** Ask for the credit where the caption is asked for. */
function credit_field(array $fields, \WP_Post $attachment): array
{
    if (strpos((string) $attachment->post_mime_type, 'image/') === 0) {
        $known = wp_get_attachment_metadata($attachment->ID) ?: [];
        $fields[CREDIT] = ['label' => __('Credit'), 'value' => credit($attachment->ID, $known)];
    }
    return $fields;
}

function save_credit(array $post, array $sent): array
{
    if (isset($sent[CREDIT])) {
        update_post_meta($post['ID'], CREDIT, wp_slash(sanitize_text_field($sent[CREDIT])));
        mark_showing((int) $post['ID']);
    }
    return $post;
}

function add_settings_page(): void
{
    add_options_page('Syndicate', 'Syndicate', 'manage_options', 'syndicate', __NAMESPACE__ . '\show_settings');
}

function show_settings(): void
{
    $problem = why_not();
    echo '<div class="wrap"><h1>Syndicate</h1>';
    if ($problem !== null) {
        printf('<div class="notice notice-warning"><p>%s</p></div>', esc_html($problem));
    }
    printf('<form method="post" action="%s">', esc_url(admin_url('admin-post.php')));
    wp_nonce_field('syndicate_settings');
    echo '<input type="hidden" name="action" value="syndicate_settings"><table class="form-table">';
    printf(
        '<tr><th>%s</th><td><input name="address" type="url" class="regular-text" value="%s"></td></tr>',
        esc_html__('Address of the service'),
        esc_attr(address())
    );
    printf(
        '<tr><th>%s</th><td><input name="token" type="password" class="regular-text" autocomplete="off"
        placeholder="%s"%s></td></tr>',
        esc_html__('Token'),
        esc_attr(token() === '' ? '' : __('kept; write here to replace it')),
        disabled(defined('SYNDICATE_TOKEN'), true, false)
    );
    echo '</table>';
    foreach (['save' => __('Save'), 'send' => __('Send now'), 'again' => __('Try again what was refused'),
        'all' => __('Send every published story')] as $name => $label) {
        printf(' <button class="button" name="do" value="%s">%s</button>', esc_attr($name), esc_html($label));
    }
    echo '</form>';
    show_status();
    echo '</div>';
}

function show_status(): void
{
    global $wpdb;
    $newest = 'SELECT * FROM ' . table() . ' ORDER BY changed > sent DESC, GREATEST(sent_at, due_at) DESC LIMIT 50';
    echo '<h2>' . esc_html__('Last stories') . '</h2><table class="widefat striped"><tbody>';
    foreach ($wpdb->get_results($newest) as $row) {
        $at = (int) $row->sent_at ? wp_date('Y-m-d H:i:s', (int) $row->sent_at) : '';
        $cells = [get_the_title((int) $row->post_id) ?: "#$row->post_id", state($row), $at, (string) $row->error];
        echo '<tr><td>' . implode('</td><td>', array_map('esc_html', $cells)) . '</td></tr>';
    }
    echo '</tbody></table>';
}

function state(object $row): string
{
    if ((int) $row->changed > (int) $row->sent) {
        return $row->refused ? __('refused') : __('waiting');
    }
    return (int) $row->held === STORY ? __('sent') : __('withdrawn');
}

function settings_posted(): void
{
    check_admin_referer('syndicate_settings');
    if (!current_user_can('manage_options')) {
        wp_die(esc_html__('You may not do this.'), '', 403);
    }
    $do = sanitize_key($_POST['do'] ?? 'save');
    if ($do === 'save') {
        save_settings(wp_unslash($_POST));
    } elseif ($do === 'send') {
        send_due();
    } else {
        $do === 'all' ? mark_all() : try_again();
    }
    wp_safe_redirect(admin_url('options-general.php?page=syndicate'));
    exit;
}

function save_settings(array $posted): void
{
    $address = esc_url_raw($posted['address'] ?? '', ['http', 'https']);
    update_option('syndicate_address', untrailingslashit($address), false);
    // A copy of this database, such as a staging site's, does not send in our name.
    update_option('syndicate_home', home_url(), false);
    if (!empty($posted['token'])) {
        update_option('syndicate_token', trim(sanitize_text_field($posted['token'])), false);
    }
    try_again();
}

/** Make everything that waits due at once, refusals too. */
function try_again(): void
{
    global $wpdb;
    $wpdb->query('UPDATE ' . table() . ' SET refused = 0, tries = 0, due_at = 0 WHERE changed > sent');
    send_soon();
}

/** Mark every published story, in one statement: there may be a hundred thousand. */
function mark_all(): void
{
    global $wpdb;
    $wpdb->query('INSERT INTO ' . table() . " (post_id, modified, note, due_at)
        SELECT p.ID, p.post_modified_gmt, '', 1 FROM $wpdb->posts p WHERE " . where_public() . '
        ON DUPLICATE KEY UPDATE changed = changed + 1, refused = 0, tries = 0, due_at = 1');
    send_soon();
}

// --- when ------------------------------------------------------------------------------------------------------------

function schedules(array $schedules): array
{
    return $schedules + ['syndicate_minute' => ['interval' => 60, 'display' => __('Once a minute')]];
}

function start(): void
{
    ensure_table();
    register_fields();
    if (!wp_next_scheduled('syndicate_send')) {
        wp_schedule_event(time(), 'syndicate_minute', 'syndicate_send');
    }
}

/** Whatever changes what a record says of a post marks it. */
function listen(): void
{
    $mark = __NAMESPACE__ . '\mark';
    add_action('wp_after_insert_post', $mark);
    add_action('transition_post_status', static fn ($new, $old, $post) => $mark((int) $post->ID), 10, 3);
    add_action('before_delete_post', __NAMESPACE__ . '\mark_leaving');
    add_action('set_object_terms', $mark);
    foreach (['added_post_meta', 'updated_post_meta', 'deleted_post_meta'] as $hook) {
        add_action($hook, __NAMESPACE__ . '\meta_changed', 10, 3);
    }
    add_action('attachment_updated', __NAMESPACE__ . '\mark_showing');
}

function meta_changed($meta_id, $post_id, string $key): void
{
    if (in_array($key, [CORRECTION, NOTE, '_thumbnail_id'], true)) {
        mark((int) $post_id);
    } elseif (in_array($key, [CREDIT, '_wp_attachment_image_alt'], true)) {
        mark_showing((int) $post_id);
    }
}

function stop(): void
{
    wp_clear_scheduled_hook('syndicate_send');
    wp_clear_scheduled_hook('syndicate_send_now');
}

function uninstall(): void
{
    global $wpdb;
    $wpdb->query('DROP TABLE IF EXISTS ' . table());
    // The tag stays: if the plugin comes back, the stories keep their ids.
    foreach (['table', 'since', 'address', 'token', 'home'] as $name) {
        delete_option("syndicate_$name");
    }
}

listen();
add_action('init', __NAMESPACE__ . '\start');
add_filter('cron_schedules', __NAMESPACE__ . '\schedules');
add_action('syndicate_send', __NAMESPACE__ . '\send_due');
add_action('syndicate_send_now', __NAMESPACE__ . '\send_due');
add_action('add_meta_boxes', __NAMESPACE__ . '\add_fields');
// Before the post is marked, so that its fields go with it.
add_action('save_post', __NAMESPACE__ . '\save_fields', 5);
add_filter('attachment_fields_to_edit', __NAMESPACE__ . '\credit_field', 10, 2);
add_filter('attachment_fields_to_save', __NAMESPACE__ . '\save_credit', 10, 2);
add_action('admin_menu', __NAMESPACE__ . '\add_settings_page');
add_action('admin_post_syndicate_settings', __NAMESPACE__ . '\settings_posted');
register_deactivation_hook(__FILE__, __NAMESPACE__ . '\stop');
register_uninstall_hook(__FILE__, __NAMESPACE__ . '\uninstall');
