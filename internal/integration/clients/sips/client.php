<?php
// Reads one task a line, as JSON, and answers each with one line; see clients_test.go for the tasks.
declare(strict_types=1);

/** The values of a message in the order of their names, one after the other. */
function flatten(array $message): string
{
    $keys = array_keys($message);
    if (!array_is_list($message)) {
        sort($keys, SORT_STRING);
    }
    $text = '';
    foreach ($keys as $key) {
        $value = $message[$key];
        $text .= is_array($value) ? flatten($value) : (string) $value;
    }
    return $text;
}

function seal(string $text, string $algorithm, string $key): string
{
    return $algorithm === 'SHA-256' ? hash('sha256', $text . $key) : hash_hmac(strtolower(str_replace('HMAC-SHA-', 'sha', $algorithm)), $text, $key);
}

function sealOfMessage(array $message, string $algorithm, string $key): string
{
    unset($message['keyVersion'], $message['seal'], $message['sealAlgorithm']);
    return seal(flatten($message), $algorithm, $key);
}

/** name=value|container.name=value, lists with commas. */
function data(array $fields): string
{
    $pieces = [];
    foreach ($fields as $name => $value) {
        if (!is_array($value)) {
            $pieces[] = "$name=$value";
        } elseif (array_is_list($value)) {
            $pieces[] = $name . '=' . implode(',', $value);
        } else {
            foreach ($value as $inner => $of) {
                $pieces[] = "$name.$inner=" . (is_array($of) ? implode(',', $of) : $of);
            }
        }
    }
    return implode('|', $pieces);
}

function post(string $url, string $type, string $body): array
{
    $context = stream_context_create(['http' => ['method' => 'POST', 'header' => "Content-Type: $type\r\nAccept: */*\r\n", 'content' => $body,
        'ignore_errors' => true, 'timeout' => 60]]);
    $text = file_get_contents($url, false, $context);
    $ignored = '';
    foreach ($http_response_header as $line) {
        if (stripos($line, 'Not-Simulated:') === 0) {
            $ignored = trim(substr($line, 14));
        }
    }
    return [$text, $ignored];
}

function byJSON(array $task): array
{
    $message = $task['fields'];
    if ($task['announced'] !== '') {
        $message['sealAlgorithm'] = $task['announced'];
    }
    $algorithm = $task['announced'] ?: 'HMAC-SHA-256';
    $message['seal'] = sealOfMessage($message, $algorithm, $task['key']);
    [$text, $ignored] = post($task['url'], 'application/json', json_encode($message, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
    $answer = json_decode($text, true, 16, JSON_THROW_ON_ERROR);
    $sealed = isset($answer['seal']) && hash_equals($answer['seal'], sealOfMessage($answer, $algorithm, $task['key']));
    return ['answer' => $answer, 'sealed' => $sealed, 'ignored' => $ignored];
}

function byForm(array $task): array
{
    $data = data($task['fields']);
    if ($task['encode'] !== '') {
        $data = base64_encode($data);
    }
    $form = ['Data' => $data, 'InterfaceVersion' => $task['version'], 'Seal' => seal($data, $task['announced'] ?: 'SHA-256', $task['key'])];
    if ($task['announced'] !== '') {
        $form['SealAlgorithm'] = $task['announced'];
    }
    if ($task['encode'] !== '') {
        $form['Encode'] = $task['encode'];
    }
    if ($task['capitals'] !== '') {
        $form = array_combine(array_map($task['capitals'] === 'small' ? 'strtolower' : 'strtoupper', array_keys($form)), $form);
    }
    [$page, $ignored] = post($task['url'], 'application/x-www-form-urlencoded', http_build_query($form + $task['beside']));
    $answer = [];
    if (preg_match('/<form[^>]* action="([^"]*)"/', $page, $m)) {
        $answer['redirectionUrl'] = html_entity_decode($m[1], ENT_QUOTES);
        preg_match_all('/<input type="hidden" name="([^"]*)" value="([^"]*)">/', $page, $inputs, PREG_SET_ORDER);
        foreach ($inputs as $input) {
            $answer[$input[1]] = html_entity_decode($input[2], ENT_QUOTES);
        }
    } else {
        $answer['page'] = trim(strip_tags($page));
    }
    return ['answer' => $answer, 'sealed' => true, 'ignored' => $ignored];
}

function read(array $task): array
{
    $form = $task['form'];
    $data = $form['Data'];
    $sealed = hash_equals(seal($data, $task['announced'] ?: 'SHA-256', $task['key']), $form['Seal']);
    if (($form['Encode'] ?? '') !== '') {
        $data = base64_decode(strtr($data, '-_', '+/'), true);
    }
    $names = [];
    $values = [];
    foreach (explode('|', $data) as $piece) {
        [$name, $value] = explode('=', $piece, 2);
        $names[] = $name;
        $values[$name] = $value;
    }
    return ['sealed' => $sealed, 'names' => $names, 'values' => $values];
}

while (($line = fgets(STDIN)) !== false) {
    $task = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
    $answer = ['json' => 'byJSON', 'form' => 'byForm', 'read' => 'read'][$task['do']]($task);
    echo json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
}
