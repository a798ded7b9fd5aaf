drop function organization_of_payment(text);
drop index card_payments_intent;
