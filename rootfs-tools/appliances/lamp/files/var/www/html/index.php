<?php
$db = new mysqli("localhost", "site", trim(file_get_contents("/var/lib/jail-appliance/database-password")), "site");
?>
<!DOCTYPE html>
<title>It works</title>
<h1>Apache, PHP <?= PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION ?> and MariaDB <?= htmlspecialchars($db->server_info) ?></h1>
<p>Your site goes into the volume <code>site</code>, which is <code>/var/www/html</code> in here.
