// Package payfip drives the simulator of PayFiP with SOAP clients that others wrote: PHP's SoapClient, Python's zeep and the npm
// package soap, each made from the description that the simulator serves. What they send is what real programs in the field send.
package payfip
