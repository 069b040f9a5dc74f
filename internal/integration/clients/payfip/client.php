<?php
// Reads one call a line, as JSON, and answers each with one line: {"op": "...", "members": {...}}.
// Usage: php client.php WSDL-URL
declare(strict_types=1);

$client = new SoapClient($argv[1], [
    'exceptions' => true,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'connection_timeout' => 10,
    'user_agent' => 'payfipclients',
]);

while (($line = fgets(STDIN)) !== false) {
    $call = json_decode($line, true, 16, JSON_THROW_ON_ERROR);
    try {
        $result = $client->__soapCall($call['op'], [['arg0' => $call['members']]]);
        $answer = ['members' => isset($result->return) ? (array) $result->return : null];
    } catch (SoapFault $f) {
        $detail = isset($f->detail) ? get_object_vars($f->detail) : [];
        $element = null;
        foreach (array_keys($detail) as $name) {
            if (str_ends_with($name, 'Erreur')) {
                $element = $name;
            }
        }
        $error = $element === null ? null : $detail[$element];
        $answer = ['fault' => [
            'element' => $element,
            'code' => $error->code ?? null,
            'libelle' => $error->libelle ?? null,
            'string' => (string) $f->faultstring,
        ]];
    }
    echo json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
}
