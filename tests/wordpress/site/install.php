<?php
/** Install WordPress with an editor account; prints the editor's application password as JSON. */

define('WP_INSTALLING', true);
mysqli_query(mysqli_connect('localhost', 'root', '', '', 0, getenv('WORDPRESS_SOCKET')), 'CREATE DATABASE wordpress');
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

// No mail about the new site.
function wp_new_blog_notification($title, $url, $user_id, $password)
{
}

wp_install('Gazette', 'admin', 'admin@gazette.example', true, '', 'only for tests');
update_option('permalink_structure', '/%postname%/');
update_option('timezone_string', 'America/New_York');
update_option('blog_public', 0);
switch_theme('plain');
foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $sample) {
    wp_delete_post($sample->ID, true);
}
$editor = wp_insert_user(['user_login' => 'syndicate', 'user_pass' => wp_generate_password(),
    'user_email' => 'desk@gazette.example', 'role' => 'editor', 'display_name' => 'Gazette syndication desk']);
[$password] = WP_Application_Passwords::create_new_application_password($editor, ['name' => 'syndicate']);
echo json_encode($password);
