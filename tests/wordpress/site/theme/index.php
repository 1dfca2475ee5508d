<!doctype html>
<html <?php language_attributes(); ?>>
<head>
<meta charset="utf-8">
<link rel="stylesheet" href="<?php echo esc_url(get_stylesheet_uri()); ?>">
<?php wp_head(); ?>
</head>
<body <?php body_class(); ?>>
<?php while (have_posts()) : the_post(); ?>
<article id="post-<?php the_ID(); ?>">
<h1><?php the_title(); ?></h1>
<p><?php the_author(); ?>, <time datetime="<?php echo esc_attr(get_the_date('c')); ?>"><?php the_date(); ?></time>
 in <?php the_category(', '); ?> <?php the_tags('tagged '); ?></p>
<?php the_content(); ?>
</article>
<?php endwhile; ?>
<?php wp_footer(); ?>
</body>
</html>
