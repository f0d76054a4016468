#pragma once

namespace cadenza::churn {

/// What it is worth to make somebody an offer that keeps who would leave.
struct OfferTerms {
  double value = 200;       ///< of a listener who stays
  double offer_cost = 10;   ///< of the offer to who takes it
  double contact_cost = 1;  ///< of making it
  double acceptance = 0.3;  ///< of those who would leave, who stay because of it

  /// p·a·(V−d) − (1−p)·d − f. Who would stay takes the offer too.
  double ExpectedValue(double probability) const {
    return probability * acceptance * (value - offer_cost) - (1 - probability) * offer_cost -
           contact_cost;
  }
  bool IsWorthIt(double probability) const { return ExpectedValue(probability) > 0; }
};

}  // namespace cadenza::churn
